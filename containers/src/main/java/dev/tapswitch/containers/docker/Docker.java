package dev.tapswitch.containers.docker;

import dev.tapswitch.containers.firewall.Nat;
import dev.tapswitch.containers.firewall.NatNetwork;
import dev.tapswitch.containers.firewall.PublishedPort;
import dev.tapswitch.control.config.Config;
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

/** Docker's networks from start to end: brings back what was there, serves dockerd, and follows the TAPs that Docker moves. */
public final class Docker implements Integration {
    private static final Logger LOG = LoggerFactory.getLogger(Docker.class);
    private static final RateLimitedLogger LIMITED = new RateLimitedLogger(LOG);
    /** A container that is gone for so long without Docker's saying so is forgotten: its last words were lost. */
    private static final long LOST_MS = 60_000;

    private final Config config;
    private final ControlThread commands;
    private final ControlService control;
    private final Nat nat;
    private final DockerState state;
    private final NetworkDriver driver;
    private final Map<String, Long> lostSinceMs = new HashMap<>();
    private final Optional<DefaultBridge> defaultBridge;
    private UnixServer server;

    private Docker(Config config, ControlService control, ControlThread commands, Nat nat, DockerState state) {
        this.config = config;
        this.commands = commands;
        this.control = control;
        this.nat = nat;
        this.state = state;
        this.driver = new NetworkDriver(control, nat, state);
        this.defaultBridge = DefaultBridge.of(config.docker(), control);
    }

    /** Restores the networks of the state file. Before control starts. */
    public static Docker restore(IntegrationContext context, Nat nat) {
        ControlService control = context.control();
        Docker docker =
                new Docker(context.config(), control, context.commands(), nat, DockerState.load(context.state()));
        for (DockerEndpoint endpoint : docker.state.endpoints.values()) {
            TapLocation.find(endpoint).ifPresent(place -> docker.driver.found(endpoint, place));
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
        server = UnixServer.start(
                config.docker().get(DockerSchema.SOCKET), "docker", 0, () -> new PluginHandler(methods, commands));
        LOG.info(
                "Docker's network driver on {}, {}",
                config.docker().get(DockerSchema.SOCKET),
                Plural.of(networks.size(), "network", "networks"));
    }

    /** Finds where dockerd has moved the TAPs. A port whose TAP is gone because its container ended must not be opened again. */
    @Override
    public void follow() {
        for (DockerEndpoint endpoint : List.copyOf(state.endpoints.values())) {
            try {
                follow(endpoint);
            } catch (RequestException | RuntimeException e) {
                complain(endpoint, e);
            }
        }
    }

    /** Forgets what is gone for good, and tries again what failed. */
    @Override
    public void tick(long nowMs) {
        defaultBridge.ifPresent(DefaultBridge::tick);
        for (DockerEndpoint endpoint : List.copyOf(state.endpoints.values())) {
            try {
                forgetIfLost(endpoint, nowMs);
            } catch (RequestException | RuntimeException e) {
                complain(endpoint, e);
            }
        }
    }

    /** The networks' interfaces on the host go; those in containers stay as Docker has set them up. */
    @Override
    public void removeFromHost() {
        follow(); // Docker may just have moved one.
        state.networks.values().forEach(network -> control.forgetDevicesOnHost(network.device()));
    }

    /** What fails with one container must not hold up the others. */
    private static void complain(DockerEndpoint endpoint, Exception e) {
        LIMITED.warn(
                "port " + endpoint.device() + ": " + (e instanceof RequestException ? e.getMessage() : e.toString()));
        LOG.debug("port {}", endpoint.device(), e);
    }

    /** No port goes back to Docker's bridge. */
    @Override
    public void release() {
        if (server != null) server.close();
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
            if (port == null && !TapLocation.isSandboxThere(endpoint)) return;
            Optional<TapLocation> found = TapLocation.find(endpoint);
            if (port != null || found.isPresent()) driver.provideWith(endpoint, found.orElse(null));
            return;
        }
        TapLocation place = driver.placeOf(endpoint);
        TapLocation now = placeOf(endpoint, port, place);
        if (!Objects.equals(place, now)) driver.moved(endpoint, now);
    }

    /**
     * By the namespace that it is in, never by its name: a container names its interfaces as it likes, also as ours are called on the host. One that it has moved on, to a
     * namespace of its own, stays where Docker has put it, as far as we are concerned.
     */
    private static TapLocation placeOf(DockerEndpoint endpoint, RunningPort port, TapLocation before) {
        if (endpoint.sandbox().isEmpty() || port.isIn(new Namespace.Current())) return TapLocation.onHost(endpoint);
        Namespace sandbox = new Namespace.AtPath(endpoint.sandbox());
        return port.isIn(sandbox)
                ? port.deviceName().map(name -> new TapLocation(sandbox, name)).orElse(before)
                : before;
    }

    private void forgetIfLost(DockerEndpoint endpoint, long nowMs) throws RequestException {
        if (TapLocation.isSandboxThere(endpoint)) {
            lostSinceMs.remove(endpoint.id());
            return;
        }
        long since = lostSinceMs.computeIfAbsent(endpoint.id(), id -> nowMs);
        if (nowMs - since < LOST_MS) return;
        LOG.info("port {}: its container is gone; forgotten", endpoint.device());
        lostSinceMs.remove(endpoint.id());
        driver.forget(endpoint);
        state.save();
    }

    private RunningPort portOf(DockerEndpoint endpoint) {
        DockerNetwork network = state.networks.get(endpoint.network());
        var one = network == null ? null : control.host().find(network.device());
        return one == null ? null : one.port(endpoint.device());
    }
}
