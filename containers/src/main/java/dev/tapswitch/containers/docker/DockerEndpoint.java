package dev.tapswitch.containers.docker;

import dev.tapswitch.containers.firewall.PublishedPort;
import dev.tapswitch.control.schema.PortKind;
import dev.tapswitch.core.net.IpAddress;
import dev.tapswitch.core.net.IpPrefix;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The attachment of a container to a network, kept in the state file.
 *
 * @param network the id of the network
 * @param device the name of its port, and of its interface while that is on the host
 * @param mac the MAC address of its interface, in the low 48 bits
 * @param ipv4 its IPv4 address with the prefix length of the subnet; empty if it has none
 * @param ipv6 its IPv6 address with the prefix length of the subnet; empty if it has none
 * @param sandbox the path of the container's namespace; empty before the container joins and after it leaves
 * @param kind the type of its interface: TAP or VETH
 * @param ports the published ports
 */
record DockerEndpoint(
        String id,
        String network,
        String device,
        long mac,
        Optional<IpPrefix> ipv4,
        Optional<IpPrefix> ipv6,
        String sandbox,
        PortKind kind,
        List<PublishedPort> ports) {
    DockerEndpoint {
        ports = List.copyOf(ports);
    }

    /** The addresses, without their prefix lengths. */
    List<IpAddress> addresses() {
        return Stream.of(ipv4, ipv6)
                .flatMap(Optional::stream)
                .map(IpPrefix::address)
                .toList();
    }

    /** A copy with this sandbox. */
    DockerEndpoint joined(String path) {
        return new DockerEndpoint(id, network, device, mac, ipv4, ipv6, path, kind, ports);
    }

    /** A copy with these published ports. */
    DockerEndpoint publishing(List<PublishedPort> published) {
        return new DockerEndpoint(id, network, device, mac, ipv4, ipv6, sandbox, kind, published);
    }
}
