package dev.tapswitch.containers.docker;

import dev.tapswitch.containers.firewall.PublishedPort;
import dev.tapswitch.core.net.IpAddress;
import dev.tapswitch.core.net.IpPrefix;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A container's attachment to a network, kept in the state file.
 *
 * @param network its id
 * @param device what its TAP is called in the host's namespace, and the name of its port
 * @param mac low 48 bits
 * @param ipv4 with its prefix length; empty if it has none
 * @param ipv6 with its prefix length; empty if it has none
 * @param sandbox the path of the container's namespace; empty before it joined and after it left
 * @param ports what is published of it
 */
record DockerEndpoint(
        String id,
        String network,
        String device,
        long mac,
        Optional<IpPrefix> ipv4,
        Optional<IpPrefix> ipv6,
        String sandbox,
        List<PublishedPort> ports) {
    DockerEndpoint {
        ports = List.copyOf(ports);
    }

    List<IpAddress> addresses() {
        return Stream.of(ipv4, ipv6)
                .flatMap(Optional::stream)
                .map(IpPrefix::address)
                .toList();
    }

    DockerEndpoint joined(String path) {
        return new DockerEndpoint(id, network, device, mac, ipv4, ipv6, path, ports);
    }

    DockerEndpoint publishing(List<PublishedPort> published) {
        return new DockerEndpoint(id, network, device, mac, ipv4, ipv6, sandbox, published);
    }
}
