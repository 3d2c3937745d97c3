package dev.tapswitch.containers.cni;

import dev.tapswitch.containers.firewall.NatNetwork;
import dev.tapswitch.control.config.PortConfig;
import dev.tapswitch.control.config.SwitchConfig;
import dev.tapswitch.control.schema.SettingValues;
import dev.tapswitch.core.net.IpPrefix;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Everything that was created for CNI networks. Immutable.
 *
 * @param networks the networks, by id
 * @param hostPorts the host ports that were created for networks, by switch; the settings of these entries are unused
 * @param takenOver the switches that an earlier release saved as switches of users, as it did with all ports. Present until the users' changes are saved
 *     without them
 */
record CniInventory(
        Map<CniNetwork.Id, CniNetwork> networks, Map<String, SwitchConfig> hostPorts, Optional<Set<String>> takenOver) {
    static final CniInventory EMPTY = new CniInventory(Map.of(), Map.of(), Optional.empty());

    CniInventory {
        networks = Collections.unmodifiableMap(new LinkedHashMap<>(networks));
        hostPorts = Collections.unmodifiableMap(new LinkedHashMap<>(hostPorts));
        takenOver = takenOver.map(Set::copyOf);
    }

    /** The network, if it has attachments. */
    Optional<CniNetwork> network(CniNetwork.Id id) {
        return Optional.ofNullable(networks.get(id));
    }

    /** The host port that was created for networks; empty if there is none, or if a user or another integration created it. */
    Optional<PortConfig> hostPort(String switchName, String device) {
        SwitchConfig sw = hostPorts.get(switchName);
        return sw == null ? Optional.empty() : Optional.ofNullable(sw.ports().get(device));
    }

    /** A copy with this network, which replaces one of the same id. */
    CniInventory with(CniNetwork network) {
        Map<CniNetwork.Id, CniNetwork> changed = new LinkedHashMap<>(networks);
        changed.put(network.id(), network);
        return new CniInventory(changed, hostPorts, takenOver);
    }

    /** A copy with this host port, which replaces one of the same name. */
    CniInventory withHostPort(String switchName, PortConfig port) {
        Map<String, SwitchConfig> changed = new LinkedHashMap<>(hostPorts);
        changed.put(
                switchName,
                changed.getOrDefault(switchName, SwitchConfig.of(switchName)).with(port));
        return new CniInventory(networks, changed, takenOver);
    }

    /** A copy without a network and the host port that no other network uses. */
    CniInventory without(CniNetwork network) {
        Map<CniNetwork.Id, CniNetwork> left = new LinkedHashMap<>(networks);
        left.remove(network.id());
        String switchName = network.switchName();
        boolean isHostPortUsed = left.values().stream()
                .anyMatch(other -> other.switchName().equals(switchName)
                        && other.hostDevice().equals(network.hostDevice()));
        Map<String, SwitchConfig> leftPorts = new LinkedHashMap<>(hostPorts);
        if (!isHostPortUsed)
            leftPorts.computeIfPresent(switchName, (_, sw) -> {
                SwitchConfig without = sw.without(network.hostDevice());
                return without.isEmpty() ? null : without;
            });
        return new CniInventory(left, leftPorts, takenOver);
    }

    /** A copy after the users' changes were saved without the ports of networks. */
    CniInventory afterTakeover() {
        return new CniInventory(networks, hostPorts, Optional.empty());
    }

    /** All ports, by switch. Each switch of a network has an entry. */
    Map<String, SwitchConfig> additions() {
        Map<String, Map<String, PortConfig>> ports = new LinkedHashMap<>();
        hostPorts.forEach((name, sw) -> ports.put(name, new LinkedHashMap<>(sw.ports())));
        for (CniNetwork network : networks.values())
            ports.computeIfAbsent(network.switchName(), _ -> new LinkedHashMap<>())
                    .putAll(network.ports());
        Map<String, SwitchConfig> additions = new LinkedHashMap<>();
        ports.forEach((name, all) ->
                additions.put(name, new SwitchConfig(name, SettingValues.DEFAULTS, all, List.of(), List.of())));
        return additions;
    }

    /** All masqueraded networks for the firewall. */
    Collection<NatNetwork> nat() {
        return networks.values().stream()
                .map(CniNetwork::hostDevice)
                .distinct()
                .flatMap(device -> nat(device).stream())
                .toList();
    }

    /** All masqueraded networks with this host device as one, because the firewall has one set of rules for each device. Empty if there are none. */
    Optional<NatNetwork> nat(String hostDevice) {
        List<IpPrefix> ipv4 = new ArrayList<>();
        List<IpPrefix> ipv6 = new ArrayList<>();
        networks.values().stream()
                .filter(network -> network.hostDevice().equals(hostDevice))
                .flatMap(network -> network.masqueraded().stream())
                .distinct()
                .sorted((a, b) -> a.toString().compareTo(b.toString()))
                .forEach(subnet -> (subnet.isV4() ? ipv4 : ipv6).add(subnet));
        if (ipv4.isEmpty() && ipv6.isEmpty()) return Optional.empty();
        return Optional.of(
                new NatNetwork(hostDevice, ipv4, ipv6, Set.of(NatNetwork.Option.MASQUERADE, NatNetwork.Option.OPEN)));
    }
}
