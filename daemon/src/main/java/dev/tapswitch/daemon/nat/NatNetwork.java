package dev.tapswitch.daemon.nat;

import java.util.List;

/**
 * A network behind a host port.
 *
 * @param device the host port's interface
 * @param ipv4 its subnets, "10.77.0.0/24"
 * @param ipv6 its subnets
 * @param internal nothing leaves it or enters it
 * @param masquerade what leaves it has the host's address
 * @param routedIpv4 neither masqueraded nor translated: others have a route to it, and reach what is published at its own address
 * @param routedIpv6 the same for IPv6
 * @param isolated its containers don't reach each other, but by published ports
 */
public record NatNetwork(
        String device,
        List<String> ipv4,
        List<String> ipv6,
        boolean internal,
        boolean masquerade,
        boolean routedIpv4,
        boolean routedIpv6,
        boolean isolated) {
    public NatNetwork {
        ipv4 = List.copyOf(ipv4);
        ipv6 = List.copyOf(ipv6);
    }
}
