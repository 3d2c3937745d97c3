package dev.tapswitch.containers.firewall;

import dev.tapswitch.core.net.IpAddress;
import dev.tapswitch.core.net.IpPrefix;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Checks texts before they become part of a rule. In a ruleset of nft(8), a space, a brace or a semicolon ends a word, and * in a name is a wildcard;
 * in iptables(8), + is a wildcard. This is the last check for networks and ports of any origin. Pure.
 */
final class RuleText {
    private static final String NAME = "[A-Za-z0-9_][A-Za-z0-9_.@-]{0,14}";
    /** Within quotes nft(8) reads any other character literally, but a name that ends in * as a wildcard. It has no escape for a quote. */
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
        return Stream.concat(
                        network.ipv4().stream().filter(subnet -> !isSubnet(subnet, false)),
                        network.ipv6().stream().filter(subnet -> !isSubnet(subnet, true)))
                .findFirst()
                .map(subnet -> "\"" + subnet + "\" is not a subnet; expected for example 10.77.0.0/24 or fd00::/64");
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
        boolean isValid = isAddress(port.ipv4(), false)
                && isAddress(port.ipv6(), true)
                && isAddress(port.hostAddress(), port.isIpv6());
        if (isValid) return Optional.empty();
        return Optional.of("\"" + port.hostAddress() + "\", \"" + port.ipv4() + "\" or \"" + port.ipv6()
                + "\" is not a valid address of its family");
    }

    private static String nameProblem(String device) {
        return "\"" + device
                + "\" is not a safe interface name in firewall rules; expected letters, digits, and any of _ . @ -";
    }

    private static boolean isAddress(String text, boolean ipv6) {
        try {
            return text.isEmpty() || IpAddress.parse(text).isV4() != ipv6;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean isSubnet(String text, boolean ipv6) {
        try {
            return IpPrefix.parse(text).isV4() != ipv6;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
