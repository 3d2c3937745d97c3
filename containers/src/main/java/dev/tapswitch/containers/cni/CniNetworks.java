package dev.tapswitch.containers.cni;

import dev.tapswitch.containers.firewall.Nat;
import dev.tapswitch.containers.firewall.NatNetwork;
import dev.tapswitch.control.config.ConfigException;
import dev.tapswitch.control.config.PortConfig;
import dev.tapswitch.control.config.PortDraft;
import dev.tapswitch.control.log.RateLimitedLogger;
import dev.tapswitch.control.schema.PortKind;
import dev.tapswitch.control.schema.PortSchema;
import dev.tapswitch.control.switches.ControlService;
import dev.tapswitch.control.switches.PortState;
import dev.tapswitch.control.switches.ProvidedPorts;
import dev.tapswitch.control.switches.RequestException;
import dev.tapswitch.control.switches.RunningPort;
import dev.tapswitch.control.switches.RunningSwitch;
import dev.tapswitch.control.switches.SwitchProvider;
import dev.tapswitch.control.switches.Undo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The networks and their attachments. The switch, the host port with the gateway addresses, forwarding and masquerading are created with the first
 * attachment and removed with the last, except those that a user or another integration has created. Must be used on the control thread.
 *
 * <p>An addition is saved before it is made, and a removal is saved after it is made. So after a crash in between, the state has everything that
 * exists, and the runtime's next request or {@link #tick} removes what is not needed.
 */
final class CniNetworks {
    private static final Logger LOG = LoggerFactory.getLogger(CniNetworks.class);
    private static final RateLimitedLogger LIMITED = new RateLimitedLogger(LOG);
    /** After this time without its namespace, a container counts as removed; a DEL may have been lost while the daemon was not running. */
    private static final long LOST_MS = 5_000;

    private final ControlService control;
    private final Nat nat;
    private final CniState state;
    private final ProvidedPorts provider = new ProvidedPorts(
            "a CNI network",
            "remove the containers of the network first",
            "remove its container, or if it is a host port, all containers of the network");
    private final Map<String, Long> lostSinceMs = new HashMap<>();

    CniNetworks(ControlService control, Nat nat, CniState state) {
        this.control = control;
        this.nat = nat;
        this.state = state;
        provider.put(state.inventory().additions());
    }

    /** The source of the ports. */
    SwitchProvider provider() {
        return provider;
    }

    /** Restores masquerading. Must be called when the daemon starts. */
    void restore() {
        List<NatNetwork> before = List.copyOf(state.inventory().nat());
        if (!before.isEmpty()) nat.restore(before, Map.of());
    }

    /**
     * Completes the upgrade from an earlier release, which saved all ports as the users' changes. It first saves the ports in {@link CniState}, and
     * then removes them from the users' changes, so that a crash in between loses no port.
     */
    void takeOver() throws RequestException {
        Optional<Set<String>> switches = state.inventory().takenOver();
        if (switches.isEmpty()) return;
        state.save();
        control.takeOver(provider, switches.get());
        state.replace(state.inventory().afterTakeover());
    }

    /** Adds a port for an attachment with these addresses, and creates the resources that are missing for it. */
    void attach(CniRequest request, IpamResult ipam, PortConfig port)
            throws CniException, RequestException, ConfigException {
        takeOver();
        if (request.isMasqueraded()) requireOwnDevice(request);
        removeIfGone(request, port);
        CniInventory before = state.inventory();
        CniNetwork network = before.network(request.networkId())
                .orElseGet(() -> CniNetwork.of(request))
                .with(port)
                .masquerading(request.isMasqueraded() ? ipam.subnets() : List.of());
        CniInventory after =
                request.isGateway() ? withGateway(before.with(network), network, ipam) : before.with(network);
        Optional<NatNetwork> rules = after.nat(network.hostDevice());
        try (Undo undo = new Undo()) {
            undo.add("the state of CNI network " + network.name(), () -> state.replace(before));
            state.replace(after);
            undo.add("the ports of CNI network " + network.name(), () -> control.provide(provider, before.additions()));
            control.provide(provider, after.additions());
            if (request.isGateway()) {
                addToHostPortOfOthers(after, network, ipam);
                Nat.forward(ipam.hasGateway(false), ipam.hasGateway(true));
            }
            if (!rules.equals(before.nat(network.hostDevice()))) nat.put(rules.orElseThrow());
            undo.commit();
        }
    }

    /** Removes the port of an earlier ADD without a DEL. After a reboot, a runtime adds its containers again, in new namespaces. */
    private void removeIfGone(CniRequest request, PortConfig port) throws RequestException {
        CniNetwork network = state.inventory().network(request.networkId()).orElse(null);
        if (network == null || !network.ports().containsKey(port.name())) return;
        RunningPort running = running(request.switchName(), port.name());
        if (running != null && running.state() != PortState.GONE) {
            throw ControlService.nameTaken(request.switchName(), port);
        }
        detach(network.id(), Set.of(port.name()));
    }

    /** The inventory with a host port that has the gateway addresses, unless a user or another integration has created the host port. */
    private CniInventory withGateway(CniInventory inventory, CniNetwork network, IpamResult ipam)
            throws ConfigException {
        String device = network.hostDevice();
        Optional<PortConfig> own = inventory.hostPort(network.switchName(), device);
        if (own.isEmpty() && running(network.switchName(), device) != null) return inventory;
        PortConfig wanted =
                withAddresses(own.orElseGet(() -> PortConfig.of(device).with(PortSchema.KIND, PortKind.AUTO)), ipam);
        return inventory.withHostPort(network.switchName(), wanted);
    }

    /** Adds the gateway addresses to a host port that a user or another integration has created. */
    private void addToHostPortOfOthers(CniInventory inventory, CniNetwork network, IpamResult ipam)
            throws RequestException, ConfigException {
        if (inventory.hostPort(network.switchName(), network.hostDevice()).isPresent()) return;
        PortConfig port =
                control.requirePort(network.switchName(), network.hostDevice()).config();
        PortConfig wanted = withAddresses(port, ipam);
        if (!wanted.equals(port)) control.changePort(network.switchName(), wanted);
    }

    private static PortConfig withAddresses(PortConfig port, IpamResult ipam) throws ConfigException {
        Set<String> addresses = new LinkedHashSet<>(port.get(PortSchema.ADDRESSES));
        addresses.addAll(ipam.gateways());
        return new PortDraft(port)
                .read(PortSchema.ADDRESSES, List.copyOf(addresses))
                .build();
    }

    /** Removes an attachment, and with the last one the resources of the network. Does nothing if there is no such attachment. */
    void remove(CniNetwork.Id id, String port) throws RequestException {
        takeOver();
        detach(id, Set.of(port));
        release(id);
    }

    /** Removes all attachments of a network except these. */
    void retain(CniNetwork.Id id, Set<String> valid) throws RequestException {
        takeOver();
        Optional<CniNetwork> network = state.inventory().network(id);
        if (network.isEmpty()) return;
        Set<String> stale = new HashSet<>(network.get().ports().keySet());
        stale.removeAll(valid);
        detach(id, stale);
        release(id);
    }

    private void detach(CniNetwork.Id id, Set<String> ports) throws RequestException {
        CniInventory before = state.inventory();
        CniNetwork network = before.network(id).orElse(null);
        if (network == null) return;
        try (Undo undo = new Undo()) {
            reduce(before.with(network.without(ports)), undo);
            undo.commit();
        }
    }

    /** Removes the resources of a network without attachments. Does nothing if it has one, or if there is no such network. */
    private void release(CniNetwork.Id id) throws RequestException {
        CniInventory before = state.inventory();
        CniNetwork network = before.network(id).orElse(null);
        if (network == null || !network.ports().isEmpty()) return;
        CniInventory after = before.without(network);
        try (Undo undo = new Undo()) {
            undo.add("masquerading of network " + network.hostDevice(), () -> masquerade(after, before, network));
            masquerade(before, after, network);
            reduce(after, undo);
            undo.commit();
        }
    }

    private void masquerade(CniInventory before, CniInventory after, CniNetwork network) throws RequestException {
        Optional<NatNetwork> rules = after.nat(network.hostDevice());
        if (rules.equals(before.nat(network.hostDevice()))) return;
        if (rules.isPresent()) nat.put(rules.get());
        else nat.remove(network.hostDevice());
    }

    /** Removes ports, and then saves the inventory without them. */
    private void reduce(CniInventory after, Undo undo) throws RequestException {
        CniInventory before = state.inventory();
        if (after.equals(before)) return;
        undo.add("the removal of ports of CNI networks", () -> control.provide(provider, before.additions()));
        control.provide(provider, after.additions());
        state.replace(after);
    }

    /** Removes attachments whose containers have been gone for some time, and networks without attachments. Retries what has failed. */
    void tick(long nowMs) {
        Set<String> lost = new HashSet<>();
        for (CniNetwork network : List.copyOf(state.inventory().networks().values())) {
            Set<String> lostHere = lost(network);
            lost.addAll(lostHere);
            try {
                takeOver();
                removeLost(network, lostHere, nowMs);
                release(network.id());
            } catch (RequestException e) {
                LIMITED.warn("CNI network " + network.name() + ": " + e.getMessage());
            }
        }
        lostSinceMs.keySet().retainAll(lost);
    }

    /** The ports of a network whose namespaces do not exist. */
    private static Set<String> lost(CniNetwork network) {
        return network.ports().values().stream()
                .filter(port -> !Files.exists(Path.of(port.namespace().file())))
                .map(PortConfig::name)
                .collect(Collectors.toSet());
    }

    private void removeLost(CniNetwork network, Set<String> lost, long nowMs) throws RequestException {
        for (String port : lost) {
            long since = lostSinceMs.computeIfAbsent(port, _ -> nowMs);
            if (nowMs - since < LOST_MS) continue;
            detach(network.id(), Set.of(port));
            LOG.info("port {} is removed: its container is gone", port);
        }
    }

    private RunningPort running(String switchName, String port) {
        RunningSwitch sw = control.runtime().find(switchName);
        return sw == null ? null : sw.port(port);
    }

    /** Refuses to masquerade a Docker network. */
    private void requireOwnDevice(CniRequest request) throws CniException {
        String device = request.hostDevice();
        if (state.inventory().nat(device).isPresent() || !nat.has(device)) return;
        throw new CniException(
                CniException.INVALID_CONFIG,
                "ipMasq: " + device
                        + " belongs to a Docker network, whose options control masquerading: remove ipMasq");
    }
}
