package dev.tapswitch.containers.firewall;

import dev.tapswitch.core.net.IpAddress;
import dev.tapswitch.core.net.IpPrefix;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Checks texts before they become part of a rule. In a ruleset of nft(8), a space, a brace or a semicolon ends a word, and * in a name is a wildcard;
 * in iptables(8), + is a wildcard. This is the last check for networks and ports of any origin.
 */
final class RuleText {
    private static final String NAME = "[A-Za-z0-9_][A-Za-z0-9_.@-]{0,14}";
    /** The interface names that nft(8) reads literally within quotes. It has no escape for a quote, and reads a name that ends in * as a wildcard. */
    private static final String QUOTABLE = "[!-~&&[^\"\\\\*]]{1,15}";

    private static final List<String> PROTOCOLS = List.of("tcp", "udp", "sctp");
    private static final int MAX_PORT = 65_535;

    private RuleText() {}

    /** Whether nft(8) can read the name of this interface literally. */
    static boolean isQuotable(String device) {
        return device.matches(QUOTABLE);
    }

    /** The name of an interface in quotes, as nft(8) reads it literally. IllegalArgumentException if it is not quotable. */
    static String quoted(String device) {
        if (isQuotable(device)) return '"' + device + '"';
        throw new IllegalArgumentException("interface name " + device + " cannot be part of a rule");
    }

    /** Describes what is wrong with a network; empty if it is valid. */
    static Optional<String> problemOf(NatNetwork network) {
        if (!network.device().matches(NAME)) return Optional.of(nameProblem(network.device()));
        Stream<IpPrefix> ofOtherFamily = Stream.concat(
                network.ipv4().stream().filter(subnet -> !subnet.isV4()),
                network.ipv6().stream().filter(IpPrefix::isV4));
        return ofOtherFamily.findFirst().map(subnet -> "subnet " + subnet + " is in the list of the other IP version");
    }

    /** Describes what is wrong with a published port; empty if it is valid. */
    static Optional<String> problemOf(PublishedPort port) {
        if (!port.device().matches(NAME)) return Optional.of(nameProblem(port.device()));
        if (!PROTOCOLS.contains(port.protocol()))
            return Optional.of("protocol \"" + port.protocol() + "\" is not supported; expected tcp, udp or sctp");
        if (port.hostPort() < 0
                || port.hostPort() > MAX_PORT
                || port.containerPort() < 1
                || port.containerPort() > MAX_PORT)
            return Optional.of("host port " + port.hostPort() + " or container port " + port.containerPort()
                    + " is not valid; expected 1 to " + MAX_PORT);
        if (port.ipv4().stream().allMatch(IpAddress::isV4)
                && port.ipv6().stream().noneMatch(IpAddress::isV4)) return Optional.empty();
        return Optional.of("the container addresses of port " + port.hostPort() + " are of the wrong IP version");
    }

    private static String nameProblem(String device) {
        return "\"" + device
                + "\" is not a safe interface name in firewall rules; expected letters, digits, and any of _ . @ -";
    }
}
