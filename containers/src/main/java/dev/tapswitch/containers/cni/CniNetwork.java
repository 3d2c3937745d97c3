package dev.tapswitch.containers.cni;

import dev.tapswitch.containers.firewall.NatNetwork;
import dev.tapswitch.core.net.IpPrefix;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The resources of a network that its attachments share. Those that were created for it are removed with its last attachment. Kept in the state
 * file.
 *
 * @param hostDevice the host port of the switch and its interface
 * @param created the resources that were created for this network
 * @param masqueraded the subnets that are masqueraded; empty if the network is not masqueraded
 */
record CniNetwork(Id id, String hostDevice, Set<Resource> created, List<IpPrefix> masqueraded) {
    /**
     * A network of one name may be on several switches.
     *
     * @param switchName the name of its switch
     */
    record Id(String name, String switchName) {}

    /** A resource that a network may share with other networks and with the user. */
    enum Resource {
        SWITCH,
        HOST_PORT
    }

    CniNetwork {
        created = Set.copyOf(created);
        masqueraded = List.copyOf(masqueraded);
    }

    /** A network for which nothing has been created yet. */
    static CniNetwork of(CniRequest request) {
        return new CniNetwork(request.networkId(), request.hostDevice(), Set.of(), List.of());
    }

    String name() {
        return id.name();
    }

    String switchName() {
        return id.switchName();
    }

    /** Whether a port is an attachment to this network. */
    boolean isAttachment(String port) {
        return port.startsWith(Attachment.prefix(name()));
    }

    boolean hasCreated(Resource resource) {
        return created.contains(resource);
    }

    /** A copy with these resources and subnets too. */
    CniNetwork with(Collection<Resource> resources, Collection<IpPrefix> subnets) {
        Set<Resource> allResources = new HashSet<>(created);
        allResources.addAll(resources);
        Set<IpPrefix> allSubnets = new TreeSet<>(Comparator.comparing(IpPrefix::toString));
        allSubnets.addAll(masqueraded);
        allSubnets.addAll(subnets);
        return new CniNetwork(id, hostDevice, allResources, List.copyOf(allSubnets));
    }

    /** A copy that takes over the resources of a removed network, as far as this one uses them. */
    CniNetwork inheriting(CniNetwork removed) {
        boolean isSameHostPort = hostDevice.equals(removed.hostDevice);
        return with(
                removed.created.stream()
                        .filter(resource -> resource != Resource.HOST_PORT || isSameHostPort)
                        .toList(),
                List.of());
    }

    /** The network for the firewall. */
    NatNetwork nat() {
        return new NatNetwork(
                hostDevice,
                masqueraded.stream().filter(IpPrefix::isV4).toList(),
                masqueraded.stream().filter(subnet -> !subnet.isV4()).toList(),
                Set.of(NatNetwork.Option.MASQUERADE, NatNetwork.Option.OPEN));
    }
}
