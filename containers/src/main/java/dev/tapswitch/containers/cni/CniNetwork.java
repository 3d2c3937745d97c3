package dev.tapswitch.containers.cni;

import dev.tapswitch.control.config.PortConfig;
import dev.tapswitch.core.net.IpPrefix;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A network with its attachments. Kept in the state file. Immutable.
 *
 * @param hostDevice the host port of the switch and its interface
 * @param ports the ports of its attachments, by name
 * @param masqueraded the subnets that are masqueraded; empty if the network is not masqueraded
 */
record CniNetwork(Id id, String hostDevice, Map<String, PortConfig> ports, List<IpPrefix> masqueraded) {
    /**
     * A network of one name may be on several switches.
     *
     * @param switchName the name of its switch
     */
    record Id(String name, String switchName) {}

    CniNetwork {
        ports = Collections.unmodifiableMap(new LinkedHashMap<>(ports));
        masqueraded = List.copyOf(masqueraded);
    }

    /** A network without attachments. */
    static CniNetwork of(CniRequest request) {
        return new CniNetwork(request.networkId(), request.hostDevice(), Map.of(), List.of());
    }

    String name() {
        return id.name();
    }

    String switchName() {
        return id.switchName();
    }

    /** A copy with this attachment too. */
    CniNetwork with(PortConfig port) {
        Map<String, PortConfig> all = new LinkedHashMap<>(ports);
        all.put(port.name(), port);
        return new CniNetwork(id, hostDevice, all, masqueraded);
    }

    /** A copy without these attachments. */
    CniNetwork without(Set<String> names) {
        Map<String, PortConfig> left = new LinkedHashMap<>(ports);
        left.keySet().removeAll(names);
        return new CniNetwork(id, hostDevice, left, masqueraded);
    }

    /** A copy that masquerades these subnets too. */
    CniNetwork masquerading(Collection<IpPrefix> subnets) {
        Set<IpPrefix> all = new TreeSet<>(Comparator.comparing(IpPrefix::toString));
        all.addAll(masqueraded);
        all.addAll(subnets);
        return new CniNetwork(id, hostDevice, ports, List.copyOf(all));
    }
}
