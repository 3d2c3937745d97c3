package dev.tapswitch.containers.docker;

import dev.tapswitch.containers.firewall.Nat;
import dev.tapswitch.containers.firewall.NatNetwork;
import dev.tapswitch.containers.firewall.PublishedPort;
import dev.tapswitch.control.config.Config;
import dev.tapswitch.control.http.Servers;
import dev.tapswitch.control.http.UnixServer;
import dev.tapswitch.control.integration.Integration;
import dev.tapswitch.control.integration.IntegrationContext;
import dev.tapswitch.control.log.Plural;
import dev.tapswitch.control.log.RateLimitedLogger;
import dev.tapswitch.control.schema.DockerSchema;
import dev.tapswitch.control.switches.ControlService;
import dev.tapswitch.control.switches.ControlThread;
import dev.tapswitch.control.switches.PortState;
import dev.tapswitch.control.switches.RequestException;
import dev.tapswitch.control.switches.RunningPort;
import dev.tapswitch.control.switches.SwitchProvider;
import dev.tapswitch.linux.netns.Namespace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Restores Docker's networks at the start, serves the requests of dockerd, and tracks the interfaces that Docker moves. */
public final class Docker implements Integration {
    private static final Logger LOG = LoggerFactory.getLogger(Docker.class);
    private static final RateLimitedLogger LIMITED = new RateLimitedLogger(LOG);
    /** After this time without its namespace, a container counts as removed: Docker's request to delete its endpoint was lost. */
    private static final long LOST_MS = 60_000;

    private final Config config;
    private final ControlThread commands;
    private final Servers servers;
    private final ControlService control;
    private final Nat nat;
    private final DockerState state;
    private final NetworkDriver driver;
    private final Map<String, Long> lostSinceMs = new HashMap<>();
    private final Optional<DefaultBridge> defaultBridge;
    private UnixServer server;

    private Docker(
            Config config,
            ControlService control,
            ControlThread commands,
            Servers servers,
            Nat nat,
            DockerState state) {
        this.config = config;
        this.commands = commands;
        this.servers = servers;
        this.control = control;
        this.nat = nat;
        this.state = state;
        this.driver = new NetworkDriver(control, nat, state);
        this.defaultBridge = DefaultBridge.of(config.docker(), control);
    }

    /** Loads the state and provides its switches. Must be called before the control service starts. */
    public static Docker restore(IntegrationContext context, Nat nat) {
        ControlService control = context.control();
        Docker docker = new Docker(
                context.config(),
                control,
                context.commands(),
                context.servers(),
                nat,
                DockerState.load(context.state()));
        for (DockerEndpoint endpoint : docker.state.endpoints.values()) {
            EndpointLocation.find(endpoint).ifPresent(location -> docker.driver.found(endpoint, location));
        }
        docker.driver.restore();
        return docker;
    }

    @Override
    public List<SwitchProvider> providers() {
        List<SwitchProvider> providers = new ArrayList<>();
        providers.add(driver.provider());
        defaultBridge.ifPresent(bridge -> providers.add(bridge.provider()));
        return providers;
    }

    @Override
    public void start() throws IOException {
        List<NatNetwork> networks =
                state.networks.values().stream().map(DockerNetwork::nat).toList();
        Map<String, List<PublishedPort>> ports = new LinkedHashMap<>();
        state.endpoints.values().forEach(endpoint -> ports.put(endpoint.id(), endpoint.ports()));
        nat.restore(networks, ports);
        PluginMethods methods = new PluginMethods(driver, new IpamDriver(state), nat);
        if (defaultBridge.isPresent()) defaultBridge.get().start(commands);
        server = servers.start(
                config.docker().get(DockerSchema.SOCKET), "docker", 0, () -> new PluginHandler(methods, commands));
        LOG.info(
                "Docker's network driver on {}, {}",
                config.docker().get(DockerSchema.SOCKET),
                Plural.of(networks.size(), "network", "networks"));
    }

    /** Finds the interfaces that dockerd has moved. Removes ports whose interface is gone with its container, so that they are not opened again. */
    @Override
    public void follow() {
        for (DockerEndpoint endpoint : List.copyOf(state.endpoints.values())) {
            try {
                follow(endpoint);
            } catch (RequestException | RuntimeException e) {
                logFailure(endpoint, e);
            }
        }
    }

    /** Removes endpoints of containers that are gone, and retries what has failed. */
    @Override
    public void tick(long nowMs) {
        defaultBridge.ifPresent(DefaultBridge::tick);
        for (DockerEndpoint endpoint : List.copyOf(state.endpoints.values())) {
            try {
                removeIfLost(endpoint, nowMs);
            } catch (RequestException | RuntimeException e) {
                logFailure(endpoint, e);
            }
        }
    }

    /** Removes the interfaces of networks on the host. Those in containers stay as Docker has configured them. */
    @Override
    public void removeFromHost() {
        follow(); // Docker may have moved an interface to the host since the last time.
        state.networks.values().forEach(network -> control.forgetDevicesOnHost(network.device()));
    }

    /** A failure with one container is logged and does not affect the others. */
    private static void logFailure(DockerEndpoint endpoint, Exception e) {
        LIMITED.warn(
                "port " + endpoint.device() + ": " + (e instanceof RequestException ? e.getMessage() : e.toString()));
        LOG.debug("port {}", endpoint.device(), e);
    }

    /** Leaves the ports of Docker's bridge with the switch. */
    @Override
    public void release() {
        defaultBridge.ifPresent(DefaultBridge::release);
    }

    @Override
    public void stop() {
        if (server != null) server.close();
        defaultBridge.ifPresent(DefaultBridge::close);
    }

    private void follow(DockerEndpoint endpoint) throws RequestException {
        RunningPort port = portOf(endpoint);
        if (port == null || port.state() == PortState.GONE) {
            if (port == null && !EndpointLocation.sandboxExists(endpoint)) return;
            Optional<EndpointLocation> found = EndpointLocation.find(endpoint);
            if (port != null || found.isPresent()) driver.provideWith(endpoint, found.orElse(null));
            return;
        }
        EndpointLocation before = driver.locationOf(endpoint);
        EndpointLocation now = locationOf(endpoint, port, before);
        if (!Objects.equals(before, now)) driver.moved(endpoint, now);
    }

    /**
     * The location of the interface of an open port. Depends on the namespace that the interface is in, never on its name, because a container can give its
     * interfaces any name, also that of one on the host. An interface that the container has moved to a further namespace keeps the location that Docker
     * gave it.
     */
    private static EndpointLocation locationOf(DockerEndpoint endpoint, RunningPort port, EndpointLocation before) {
        if (endpoint.sandbox().isEmpty() || port.isIn(new Namespace.Current()))
            return EndpointLocation.onHost(endpoint);
        Namespace sandbox = new Namespace.AtPath(endpoint.sandbox());
        return port.isIn(sandbox)
                ? port.deviceName()
                        .map(name -> new EndpointLocation(sandbox, name))
                        .orElse(before)
                : before;
    }

    private void removeIfLost(DockerEndpoint endpoint, long nowMs) throws RequestException {
        if (EndpointLocation.sandboxExists(endpoint)) {
            lostSinceMs.remove(endpoint.id());
            return;
        }
        long since = lostSinceMs.computeIfAbsent(endpoint.id(), id -> nowMs);
        if (nowMs - since < LOST_MS) return;
        LOG.info("port {} is removed: its container is gone", endpoint.device());
        lostSinceMs.remove(endpoint.id());
        driver.remove(endpoint);
        state.save();
    }

    private RunningPort portOf(DockerEndpoint endpoint) {
        DockerNetwork network = state.networks.get(endpoint.network());
        var sw = network == null ? null : control.runtime().find(network.device());
        return sw == null ? null : sw.port(endpoint.device());
    }
}
