package dev.tapswitch.containers.firewall;

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
 * @param open who may reach it from outside is for other firewalls to say, as on CNI's networks
 */
public record NatNetwork(
        String device,
        List<String> ipv4,
        List<String> ipv6,
        boolean internal,
        boolean masquerade,
        boolean routedIpv4,
        boolean routedIpv6,
        boolean isolated,
        boolean open) {
    public NatNetwork {
        ipv4 = List.copyOf(ipv4);
        ipv6 = List.copyOf(ipv6);
    }

    /** One that is reached from outside by what it publishes only, as Docker's are. */
    public NatNetwork(
            String device,
            List<String> ipv4,
            List<String> ipv6,
            boolean internal,
            boolean masquerade,
            boolean routedIpv4,
            boolean routedIpv6,
            boolean isolated) {
        this(device, ipv4, ipv6, internal, masquerade, routedIpv4, routedIpv6, isolated, false);
    }

    /** One that is masqueraded, and else left to other firewalls. */
    public static NatNetwork open(String device, List<String> ipv4, List<String> ipv6) {
        return new NatNetwork(device, ipv4, ipv6, false, true, false, false, false, true);
    }
}
