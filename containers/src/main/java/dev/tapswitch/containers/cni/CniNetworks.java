package dev.tapswitch.containers.cni;

import dev.tapswitch.containers.cni.CniNetwork.Resource;
import dev.tapswitch.containers.firewall.Nat;
import dev.tapswitch.containers.firewall.NatNetwork;
import dev.tapswitch.control.config.ConfigException;
import dev.tapswitch.control.config.ConfigReader;
import dev.tapswitch.control.config.PortConfig;
import dev.tapswitch.control.config.PortDraft;
import dev.tapswitch.control.schema.PortSchema;
import dev.tapswitch.control.switches.ControlService;
import dev.tapswitch.control.switches.RequestException;
import dev.tapswitch.control.switches.RunningPort;
import dev.tapswitch.control.switches.RunningSwitch;
import dev.tapswitch.control.switches.Undo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The resources that the attachments of a network share: the switch, the host port with the gateway addresses, forwarding and masquerading. They
 * are created with the first attachment and removed with the last, except those that the user has created. Must be used on the control thread.
 */
final class CniNetworks {
    private static final Logger LOG = LoggerFactory.getLogger(CniNetworks.class);
    /** After this time without its namespace, a container counts as removed; a DEL may have been lost while the daemon was not running. */
    private static final long LOST_MS = 5_000;

    private final ControlService control;
    private final Nat nat;
    private final CniState state;
    private final Map<String, Long> lostSinceMs = new HashMap<>();

    CniNetworks(ControlService control, Nat nat, CniState state) {
        this.control = control;
        this.nat = nat;
        this.state = state;
    }

    private List<CniNetwork> masqueraded() {
        return state.networks.values().stream()
                .filter(network -> !network.masqueraded().isEmpty())
                .toList();
    }

    /** Restores masquerading. Must be called when the daemon starts. */
    void restore() {
        List<NatNetwork> before = masqueraded().stream()
                .map(network -> merged(network.hostDevice()).nat())
                .toList();
        if (!before.isEmpty()) nat.restore(before, Map.of());
    }

    /** Creates the resources that are missing for an attachment with these addresses. */
    void provide(CniRequest request, IpamResult ipam) throws CniException, RequestException, ConfigException {
        CniNetwork network = state.networks.getOrDefault(request.networkId(), CniNetwork.of(request));
        if (request.isMasqueraded()) requireOwnDevice(request);
        Set<Resource> missing = missing(request);
        CniNetwork provided = network.with(missing, request.isMasqueraded() ? ipam.subnets() : List.of());
        // Saved before the resources are created: after a crash in between, they must not count as created by the user.
        save(provided);
        if (missing.contains(Resource.SWITCH)) control.addSwitch(ConfigReader.switchNamed(request.switchName()));
        if (request.isGateway()) {
            addGateway(request, ipam);
            Nat.forward(ipam.hasGateway(false), ipam.hasGateway(true));
        }
        if (!provided.masqueraded().equals(network.masqueraded())) masquerade(provided, network);
    }

    /** The resources that do not exist yet. */
    private Set<Resource> missing(CniRequest request) {
        Set<Resource> missing = EnumSet.noneOf(Resource.class);
        RunningSwitch sw = control.runtime().find(request.switchName());
        if (sw == null) missing.add(Resource.SWITCH);
        if (request.isGateway() && (sw == null || sw.port(request.hostDevice()) == null))
            missing.add(Resource.HOST_PORT);
        return missing;
    }

    /** Changes the firewall so that it masquerades a network. If this fails, the next attachment tries again. */
    private void masquerade(CniNetwork provided, CniNetwork before) throws RequestException {
        try (Undo undo = new Undo()) {
            undo.add(
                    "masquerading of network " + provided.hostDevice(),
                    () -> save(before.with(provided.created(), List.of())));
            nat.put(merged(provided.hostDevice()).nat());
            undo.commit();
        }
    }

    /** Adds the host port with the gateway addresses, or adds to an existing one the addresses that it does not have. */
    private void addGateway(CniRequest request, IpamResult ipam) throws RequestException, ConfigException {
        String device = request.hostDevice();
        RunningSwitch sw = control.requireSwitch(request.switchName());
        RunningPort existing = sw.port(device);
        Set<String> addresses = new LinkedHashSet<>(
                existing == null ? List.of() : existing.config().get(PortSchema.ADDRESSES));
        if (!addresses.addAll(ipam.gateways()) && existing != null) return;
        PortConfig wanted = new PortDraft(existing == null ? PortConfig.of(device) : existing.config())
                .read(PortSchema.ADDRESSES, List.copyOf(addresses))
                .build();
        if (existing == null) control.addPort(sw.name(), wanted);
        else control.changePort(sw.name(), wanted);
    }

    /** Removes the resources of a network without attachments. Does nothing if it has one, or if there is no such network. */
    void release(CniNetwork.Id id) throws RequestException {
        CniNetwork network = state.networks.get(id);
        if (network == null || hasAttachment(network)) return;
        List<CniNetwork> heirs = state.networks.values().stream()
                .filter(other -> other.switchName().equals(id.switchName()) && !other.equals(network))
                .toList();
        for (CniNetwork heir : heirs) save(heir.inheriting(network));
        boolean isHostPortUsed =
                heirs.stream().anyMatch(heir -> heir.hostDevice().equals(network.hostDevice()));
        unmasquerade(network);
        if (network.hasCreated(Resource.HOST_PORT) && !isHostPortUsed)
            removePort(id.switchName(), network.hostDevice());
        if (network.hasCreated(Resource.SWITCH) && heirs.isEmpty()) removeSwitch(id.switchName());
        remove(network);
    }

    /** Adds or replaces a network. If the state cannot be saved, nothing is changed. */
    private void save(CniNetwork network) throws RequestException {
        if (network.equals(state.networks.get(network.id()))) return;
        CniNetwork before = state.networks.put(network.id(), network);
        saveChange(network.id(), before);
    }

    private void remove(CniNetwork network) throws RequestException {
        state.networks.remove(network.id());
        saveChange(network.id(), network);
    }

    /** @param before the network before the change; null if there was none */
    private void saveChange(CniNetwork.Id id, CniNetwork before) throws RequestException {
        try (Undo undo = new Undo()) {
            undo.add("the change of CNI network " + id.name(), () -> {
                if (before == null) state.networks.remove(id);
                else state.networks.put(id, before);
            });
            state.save();
            undo.commit();
        }
    }

    /** Removes attachments whose containers have been gone for some time. */
    void tick(long nowMs) {
        for (CniNetwork network : List.copyOf(state.networks.values())) {
            RunningSwitch sw = control.runtime().find(network.switchName());
            if (sw == null) continue;
            for (RunningPort port : List.copyOf(sw.ports())) {
                if (network.isAttachment(port.config().name())) removeIfLost(network, port, nowMs);
            }
        }
    }

    private void removeIfLost(CniNetwork network, RunningPort port, long nowMs) {
        String name = port.config().name();
        if (Files.exists(Path.of(port.config().namespace().file()))) {
            lostSinceMs.remove(name);
            return;
        }
        long since = lostSinceMs.computeIfAbsent(name, _ -> nowMs);
        if (nowMs - since < LOST_MS) return;
        lostSinceMs.remove(name);
        LOG.info("port {} is removed: its container is gone", name);
        try {
            control.removePort(network.switchName(), name);
            release(network.id());
        } catch (RequestException e) {
            LOG.warn("CNI network {}: {}", network.name(), e.getMessage());
        }
    }

    private void unmasquerade(CniNetwork removed) throws RequestException {
        if (removed.masqueraded().isEmpty()) return;
        CniNetwork others = merged(removed.hostDevice(), removed);
        if (others == null || others.masqueraded().isEmpty()) nat.remove(removed.hostDevice());
        else nat.put(others.nat());
    }

    private void removePort(String switchName, String port) throws RequestException {
        RunningSwitch sw = control.runtime().find(switchName);
        boolean isRemovable = sw != null && sw.port(port) != null && !control.isDeclared(switchName, port);
        if (isRemovable) control.removePort(switchName, port);
    }

    /** Removes the switch, unless the user has added ports to it or declared it. */
    private void removeSwitch(String name) throws RequestException {
        RunningSwitch sw = control.runtime().find(name);
        if (sw != null && sw.ports().isEmpty() && !control.isDeclared(name)) control.removeSwitch(name);
    }

    private boolean hasAttachment(CniNetwork network) {
        RunningSwitch sw = control.runtime().find(network.switchName());
        return sw != null
                && sw.ports().stream()
                        .anyMatch(port -> network.isAttachment(port.config().name()));
    }

    /** Refuses to masquerade a Docker network. */
    private void requireOwnDevice(CniRequest request) throws CniException {
        String device = request.hostDevice();
        boolean isOwn =
                masqueraded().stream().anyMatch(network -> network.hostDevice().equals(device));
        if (isOwn || !nat.has(device)) return;
        throw new CniException(
                CniException.INVALID_CONFIG,
                "ipMasq: " + device
                        + " belongs to a Docker network, whose options control masquerading: remove ipMasq");
    }

    /** All networks with this host device as one, because the firewall has one set of rules for each device. */
    private CniNetwork merged(String hostDevice) {
        return merged(hostDevice, null);
    }

    private CniNetwork merged(String hostDevice, CniNetwork without) {
        return state.networks.values().stream()
                .filter(network -> network.hostDevice().equals(hostDevice) && !network.equals(without))
                .reduce((first, second) -> first.with(Set.of(), second.masqueraded()))
                .orElse(null);
    }
}
