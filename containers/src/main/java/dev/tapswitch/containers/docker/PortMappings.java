package dev.tapswitch.containers.docker;

import dev.tapswitch.containers.firewall.Nat;
import dev.tapswitch.containers.firewall.PublishedPort;
import dev.tapswitch.control.json.Json;
import dev.tapswitch.control.switches.RequestException;
import dev.tapswitch.control.switches.RequestException.Reason;
import dev.tapswitch.core.net.IpAddress;
import dev.tapswitch.core.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the port mappings of {@code docker run -p} and {@code -P} in a request. */
final class PortMappings {
    private PortMappings() {}

    static List<Nat.Request> read(Json options, DockerNetwork network, DockerEndpoint endpoint)
            throws RequestException {
        List<Nat.Request> requests = new ArrayList<>();
        for (Json mapping : options.path("com.docker.network.portmap")) {
            int first = mapping.path("HostPort").asInt(0);
            int last = mapping.path("HostPortEnd").asInt(first);
            PublishedPort port = new PublishedPort(
                    network.device(),
                    protocol(mapping.path("Proto").asInt(0)),
                    hostAddress(mapping.path("HostIP").asString(""), network),
                    first,
                    endpoint.ipv4().map(IpPrefix::address),
                    endpoint.ipv6().map(IpPrefix::address),
                    mapping.path("Port").asInt(0));
            requests.add(new Nat.Request(port, first, last));
        }
        return requests;
    }

    /** The name of an IP protocol number. */
    private static String protocol(int number) throws RequestException {
        return switch (number) {
            case 6 -> "tcp";
            case 17 -> "udp";
            case 132 -> "sctp";
            default ->
                throw new RequestException(
                        Reason.INVALID,
                        "ports of IP protocol " + number + " cannot be published; expected TCP, UDP or SCTP");
        };
    }

    private static Optional<IpAddress> hostAddress(String text, DockerNetwork network) throws RequestException {
        if (text.isEmpty()) return network.hostAddress();
        return RequestText.parse("host address of a published port", text, NetworkOptions::address);
    }
}
