package dev.tapswitch.daemon.docker;

import dev.tapswitch.daemon.control.Refused;
import dev.tapswitch.daemon.control.Refused.Reason;
import dev.tapswitch.daemon.json.Json;
import dev.tapswitch.daemon.nat.Nat;
import dev.tapswitch.daemon.nat.PublishedPort;
import java.util.ArrayList;
import java.util.List;

/** Reads what {@code -p} and {@code -P} say, as Docker passes it on. */
final class PortMappings {
    private PortMappings() {}

    static List<Nat.Request> read(Json options, DockerNetwork network, DockerEndpoint endpoint) throws Refused {
        List<Nat.Request> requests = new ArrayList<>();
        for (Json mapping : options.path("com.docker.network.portmap")) {
            int first = mapping.path("HostPort").asInt(0);
            int last = mapping.path("HostPortEnd").asInt(first);
            PublishedPort port = new PublishedPort(
                    network.device(),
                    protocol(mapping.path("Proto").asInt(0)),
                    hostAddress(mapping.path("HostIP").asString(""), network),
                    first,
                    Addresses.withoutLength(endpoint.ipv4()),
                    Addresses.withoutLength(endpoint.ipv6()),
                    mapping.path("Port").asInt(0));
            requests.add(new Nat.Request(port, first, last));
        }
        return requests;
    }

    /** IP protocol numbers. */
    private static String protocol(int number) throws Refused {
        return switch (number) {
            case 6 -> "tcp";
            case 17 -> "udp";
            case 132 -> "sctp";
            default -> throw new Refused(Reason.INVALID, "ports of IP protocol " + number + " can't be published");
        };
    }

    private static String hostAddress(String text, DockerNetwork network) throws Refused {
        if (text.isEmpty()) return network.hostAddress();
        try {
            return Addresses.isAny(text) ? "" : text;
        } catch (IllegalArgumentException e) {
            throw new Refused(Reason.INVALID, "\"" + text + "\" is not an address to publish a port at", e);
        }
    }
}
