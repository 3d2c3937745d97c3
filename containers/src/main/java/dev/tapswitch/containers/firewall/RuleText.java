package dev.tapswitch.containers.firewall;

import dev.tapswitch.core.net.IpAddress;
import dev.tapswitch.core.net.IpPrefix;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Checks what becomes part of a rule as text: nft(8) reads a ruleset in which a blank, a brace or a semicolon begins something else, * in a name
 * is a wildcard there, and + is one in iptables(8). The last check, whoever made the network or port. Pure.
 */
final class RuleText {
    private static final String NAME = "[A-Za-z0-9_][A-Za-z0-9_.@-]{0,14}";
    private static final List<String> PROTOCOLS = List.of("tcp", "udp", "sctp");
    private static final int MAX_PORT = 65_535;

    private RuleText() {}

    /** What is wrong with a network, for people; empty where nothing is. */
    static Optional<String> problemOf(NatNetwork network) {
        if (!network.device().matches(NAME)) return Optional.of(nameProblem(network.device()));
        return Stream.concat(
                        network.ipv4().stream().filter(subnet -> !isSubnet(subnet, false)),
                        network.ipv6().stream().filter(subnet -> !isSubnet(subnet, true)))
                .findFirst()
                .map(subnet -> "\"" + subnet + "\" is not a subnet; expected one such as 10.77.0.0/24 or fd00::/64");
    }

    /** What is wrong with a published port, for people; empty where nothing is. */
    static Optional<String> problemOf(PublishedPort port) {
        if (!port.device().matches(NAME)) return Optional.of(nameProblem(port.device()));
        if (!PROTOCOLS.contains(port.protocol()))
            return Optional.of("protocol \"" + port.protocol() + "\" can't be published");
        if (port.hostPort() < 0
                || port.hostPort() > MAX_PORT
                || port.containerPort() < 1
                || port.containerPort() > MAX_PORT)
            return Optional.of("port " + port.hostPort() + " to " + port.containerPort()
                    + " is not possible; expected 1 to " + MAX_PORT);
        boolean isGood = isAddress(port.ipv4(), false)
                && isAddress(port.ipv6(), true)
                && isAddress(port.hostAddress(), port.isIpv6());
        if (isGood) return Optional.empty();
        return Optional.of("\"" + port.hostAddress() + "\" or \"" + port.ipv4() + "\" or \"" + port.ipv6()
                + "\" is not an address of its family");
    }

    private static String nameProblem(String device) {
        return "\"" + device
                + "\" can't name a network's host port, for firewalls read it otherwise; expected letters, digits, and any of _ . @ -";
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
