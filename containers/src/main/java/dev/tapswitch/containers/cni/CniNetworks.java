package dev.tapswitch.containers.cni;

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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What networks need beside their attachments: the switch, the host's port with the gateways' addresses, forwarding and masquerading. It comes with
 * the first attachment and goes with the last, but for what the user made. Control thread.
 */
final class CniNetworks {
    private static final Logger LOG = LoggerFactory.getLogger(CniNetworks.class);
    /** A container whose namespace is gone for so long was removed while we were away, and nobody will say DEL. */
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
        return state.networks().stream()
                .filter(network -> !network.masqueraded().isEmpty())
                .toList();
    }

    /** Tells what was masqueraded before the daemon started. */
    void restore() {
        List<NatNetwork> before = masqueraded().stream()
                .map(network -> together(network.hostDevice()).nat())
                .toList();
        if (!before.isEmpty()) nat.restore(before, Map.of());
    }

    /** Makes what is missing for an attachment with these addresses. */
    void provide(CniRequest request, IpamResult addressing) throws CniException, RequestException, ConfigException {
        CniNetwork network = state.find(request.network(), request.switchName()).orElse(CniNetwork.of(request));
        if (request.isMasqueraded()) refuseOthersDevice(request);
        boolean makesSwitch = control.host().find(request.switchName()) == null;
        // Kept before it is made: what we made must not become the user's by a crash between.
        boolean makesHostPort = request.isGateway()
                && (makesSwitch || control.requireSwitch(request.switchName()).port(request.hostDevice()) == null);
        CniNetwork provided =
                network.with(makesSwitch, makesHostPort, request.isMasqueraded() ? addressing.subnets() : List.of());
        state.put(provided);
        if (makesSwitch) {
            control.addSwitch(ConfigReader.switchNamed(request.switchName()));
        }
        if (request.isGateway()) {
            addGateway(request, addressing);
            Nat.forward(addressing.hasGateway(false), addressing.hasGateway(true));
        }
        if (!provided.masqueraded().equals(network.masqueraded())) masquerade(provided, network);
    }

    /** Where that fails the next attachment tries it again. */
    private void masquerade(CniNetwork provided, CniNetwork before) throws RequestException {
        try {
            nat.put(together(provided.hostDevice()).nat());
        } catch (RequestException e) {
            state.put(before.with(provided.madeSwitch(), provided.madeHostPort(), List.of()));
            throw e;
        }
    }

    /** The host's own port, with the gateways' addresses: made, or given those that it has not got. */
    private void addGateway(CniRequest request, IpamResult addressing) throws RequestException, ConfigException {
        String device = request.hostDevice();
        RunningSwitch one = control.requireSwitch(request.switchName());
        RunningPort there = one.port(device);
        Set<String> addresses =
                new LinkedHashSet<>(there == null ? List.of() : there.config().get(PortSchema.ADDRESSES));
        if (!addresses.addAll(addressing.gateways()) && there != null) return;
        PortConfig wanted = new PortDraft(there == null ? PortConfig.of(device) : there.config())
                .read(PortSchema.ADDRESSES, List.copyOf(addresses))
                .build();
        if (there == null) control.addPort(one.name(), wanted);
        else control.changePort(one.name(), wanted);
    }

    /** Removes what was made for a network that has no attachment any more; nothing where it has one, or is not known. */
    void release(String name, String switchName) throws RequestException {
        Optional<CniNetwork> found = state.find(name, switchName);
        if (found.isEmpty() || hasAttachment(found.get())) return;
        CniNetwork gone = found.get();
        List<CniNetwork> heirs = state.networks().stream()
                .filter(other -> other.switchName().equals(switchName) && !other.equals(gone))
                .toList();
        for (CniNetwork heir : heirs) state.put(heir.inheriting(gone));
        boolean isHostPortUsed =
                heirs.stream().anyMatch(heir -> heir.hostDevice().equals(gone.hostDevice()));
        unmasquerade(gone);
        if (gone.madeHostPort() && !isHostPortUsed) removePort(switchName, gone.hostDevice());
        if (gone.madeSwitch() && heirs.isEmpty()) removeSwitch(switchName);
        state.remove(gone);
    }

    /** Removes attachments whose containers are gone for a while. */
    void tick(long nowMs) {
        for (CniNetwork network : state.networks()) {
            RunningSwitch one = control.host().find(network.switchName());
            if (one == null) continue;
            for (RunningPort port : List.copyOf(one.ports())) {
                if (network.isAttachment(port.config().name())) forgetIfLost(network, port, nowMs);
            }
        }
    }

    private void forgetIfLost(CniNetwork network, RunningPort port, long nowMs) {
        String name = port.config().name();
        if (Files.exists(Path.of(port.config().namespace().file()))) {
            lostSinceMs.remove(name);
            return;
        }
        long since = lostSinceMs.computeIfAbsent(name, any -> nowMs);
        if (nowMs - since < LOST_MS) return;
        lostSinceMs.remove(name);
        LOG.info("port {}: its container is gone; forgotten", name);
        try {
            control.removePort(network.switchName(), name);
            release(network.name(), network.switchName());
        } catch (RequestException e) {
            LOG.warn("CNI network {}: {}", network.name(), e.getMessage());
        }
    }

    private void unmasquerade(CniNetwork gone) throws RequestException {
        if (gone.masqueraded().isEmpty()) return;
        CniNetwork rest = together(gone.hostDevice(), gone);
        if (rest == null || rest.masqueraded().isEmpty()) nat.remove(gone.hostDevice());
        else nat.put(rest.nat());
    }

    private void removePort(String switchName, String port) throws RequestException {
        RunningSwitch one = control.host().find(switchName);
        boolean isOurs = one != null && one.port(port) != null && !control.isDeclared(switchName, port);
        if (isOurs) control.removePort(switchName, port);
    }

    /** A switch on which the user has put something meanwhile is the user's. */
    private void removeSwitch(String name) throws RequestException {
        RunningSwitch one = control.host().find(name);
        if (one != null && one.ports().isEmpty() && !control.isDeclared(name)) control.removeSwitch(name);
    }

    private boolean hasAttachment(CniNetwork network) {
        RunningSwitch one = control.host().find(network.switchName());
        return one != null
                && one.ports().stream()
                        .anyMatch(port -> network.isAttachment(port.config().name()));
    }

    private void refuseOthersDevice(CniRequest request) throws CniException {
        String device = request.hostDevice();
        boolean isOurs = state.networks().stream()
                .anyMatch(each ->
                        each.hostDevice().equals(device) && !each.masqueraded().isEmpty());
        if (isOurs || !nat.has(device)) return;
        throw new CniException(
                CniException.INVALID_CONFIG,
                "ipMasq: " + device + " is a Docker network's, which Docker's options masquerade: take ipMasq out");
    }

    /** All networks with this device on the host as one, for their rules are the device's. */
    private CniNetwork together(String hostDevice) {
        return together(hostDevice, null);
    }

    private CniNetwork together(String hostDevice, CniNetwork without) {
        return state.networks().stream()
                .filter(network -> network.hostDevice().equals(hostDevice) && !network.equals(without))
                .reduce((one, other) -> one.with(false, false, other.masqueraded()))
                .orElse(null);
    }
}
