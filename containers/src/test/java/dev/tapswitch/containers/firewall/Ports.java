package dev.tapswitch.containers.firewall;

import dev.tapswitch.core.net.IpAddress;
import dev.tapswitch.core.net.IpPrefix;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Creates networks and published ports from texts. */
final class Ports {
    private Ports() {}

    static NatNetwork network(String device, List<String> ipv4, List<String> ipv6, Set<NatNetwork.Option> options) {
        return new NatNetwork(device, prefixes(ipv4), prefixes(ipv6), options);
    }

    /** An empty text stands for no address. */
    static PublishedPort of(
            String device,
            String protocol,
            String hostAddress,
            int hostPort,
            String ipv4,
            String ipv6,
            int containerPort) {
        return new PublishedPort(
                device, protocol, address(hostAddress), hostPort, address(ipv4), address(ipv6), containerPort);
    }

    private static Optional<IpAddress> address(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(IpAddress.parse(text));
    }

    private static List<IpPrefix> prefixes(List<String> texts) {
        return texts.stream().map(IpPrefix::parse).toList();
    }
}
