package dev.tapswitch.containers.firewall;

import dev.tapswitch.core.net.IpPrefix;
import java.util.List;
import java.util.Set;

/**
 * A network behind a host port.
 *
 * @param device the interface of the host port
 * @param ipv4 its IPv4 subnets
 * @param ipv6 its IPv6 subnets
 */
public record NatNetwork(String device, List<IpPrefix> ipv4, List<IpPrefix> ipv6, Set<Option> options) {
    /** What distinguishes a network from one that only its own containers and the host can reach. */
    public enum Option {
        /** No packets enter or leave the network. */
        INTERNAL,
        /** Packets that leave the network have the address of the host as their source. */
        MASQUERADE,
        /** IPv4 is neither masqueraded nor translated: other hosts have a route to the network and reach published ports at their own addresses. */
        ROUTED_IPV4,
        /** The same for IPv6. */
        ROUTED_IPV6,
        /** The containers of the network reach each other by published ports only. */
        ISOLATED,
        /** Other firewalls decide who may reach the network, as for CNI networks. */
        OPEN
    }

    public NatNetwork {
        ipv4 = List.copyOf(ipv4);
        ipv6 = List.copyOf(ipv6);
        options = Set.copyOf(options);
    }

    boolean has(Option option) {
        return options.contains(option);
    }
}
