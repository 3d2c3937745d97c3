package dev.tapswitch.containers.firewall;

import dev.tapswitch.containers.firewall.NatNetwork.Option;
import dev.tapswitch.core.net.IpPrefix;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes the table {@code inet tapswitch} in the syntax of nft(8). nft replaces the whole table in one transaction. Runs no commands.
 *
 * <p>The chains have the standard priorities. An accept in this table does not override a drop in another one.
 */
final class Ruleset {
    static final String NAME = "tapswitch";
    static final String TABLE = "inet " + NAME;

    private final StringBuilder text = new StringBuilder();
    private final Collection<NatNetwork> networks;
    private final Collection<PublishedPort> ports;
    private final Collection<String> reachableBridges;

    private Ruleset(
            Collection<NatNetwork> networks, Collection<PublishedPort> ports, Collection<String> reachableBridges) {
        this.networks = networks;
        this.ports = ports;
        this.reachableBridges = reachableBridges;
    }

    /**
     * The commands that replace the table, or delete it if there is no network.
     *
     * @param reachableBridges bridges of other programs that containers may reach; their names must be {@link RuleText#isQuotable quotable}
     */
    static String of(
            Collection<NatNetwork> networks, Collection<PublishedPort> ports, Collection<String> reachableBridges) {
        Ruleset ruleset = new Ruleset(networks, ports, reachableBridges);
        // The deletion succeeds even if the table does not exist, because it is added first.
        ruleset.line("add table " + TABLE);
        ruleset.line("delete table " + TABLE);
        if (!networks.isEmpty()) ruleset.table();
        return ruleset.text.toString();
    }

    private void table() {
        line("table " + TABLE + " {");
        guard();
        translation();
        masquerading();
        forwarding();
        relaying();
        line("}");
    }

    /**
     * Drops packets from or to 127.0.0.0/8 that arrive on a wire (RFC 1122 3.2.1.3). The kernel itself drops them only after the translation, which
     * is too late for ports that are published at 127.0.0.1 (CVE-2020-8558), and not at all on interfaces with route_localnet, which these ports
     * need.
     */
    private void guard() {
        chain("guard", "type filter hook prerouting priority raw; policy accept;");
        line("    iifname != \"lo\" ip saddr 127.0.0.0/8 drop");
        line("    iifname != \"lo\" ip daddr 127.0.0.0/8 drop");
        end();
    }

    private void translation() {
        chain("prerouting", "type nat hook prerouting priority dstnat; policy accept;");
        line("    fib daddr type local jump published");
        end();
        chain("output", "type nat hook output priority -100; policy accept;");
        line("    fib daddr type local jump published");
        end();
        chain("published", "");
        for (PublishedPort port : ports) {
            NatNetwork network = networkOf(port);
            String match = port.protocol() + " dport " + port.hostPort();
            if (port.hasIpv4() && (network == null || !network.has(Option.ROUTED_IPV4))) {
                String to = port.hostAddress()
                        .map(address -> "ip daddr " + address + " ")
                        .orElse("meta nfproto ipv4 ");
                line("    " + to + match + " dnat ip to " + port.ipv4().get() + ":" + port.containerPort());
            }
            if (port.hasIpv6() && (network == null || !network.has(Option.ROUTED_IPV6))) {
                // The kernel sends packets from ::1 by lo only, so the relay serves these connections.
                String to = port.hostAddress()
                        .map(address -> "ip6 daddr " + address + " ")
                        .orElse("ip6 daddr != ::1 ");
                line("    " + to + match + " dnat ip6 to [" + port.ipv6().get() + "]:" + port.containerPort());
            }
        }
        end();
    }

    private void masquerading() {
        chain("postrouting", "type nat hook postrouting priority srcnat; policy accept;");
        for (NatNetwork network : networks) {
            String out = "    oifname " + RuleText.quoted(network.device()) + " ";
            // Replies to connections from loopback, or from the container's own network, must return through the host.
            if (!network.ipv4().isEmpty()) line(out + "ip saddr 127.0.0.0/8 masquerade");
            for (IpPrefix subnet : network.ipv4()) line(out + "ct status dnat ip saddr " + subnet + " masquerade");
            for (IpPrefix subnet : network.ipv6()) line(out + "ct status dnat ip6 saddr " + subnet + " masquerade");
            if (!network.has(Option.MASQUERADE) || network.has(Option.INTERNAL)) continue;
            String leaving = "    oifname != " + RuleText.quoted(network.device()) + " ";
            if (!network.has(Option.ROUTED_IPV4))
                for (IpPrefix subnet : network.ipv4()) line(leaving + "ip saddr " + subnet + " masquerade");
            if (!network.has(Option.ROUTED_IPV6))
                for (IpPrefix subnet : network.ipv6()) line(leaving + "ip6 saddr " + subnet + " masquerade");
        }
        end();
    }

    private void forwarding() {
        chain("forward", "type filter hook forward priority filter; policy accept;");
        line("    ct state established,related accept");
        for (NatNetwork network : networks) {
            String device = RuleText.quoted(network.device());
            String within = "    iifname " + device + " oifname " + device;
            if (network.has(Option.ISOLATED)) line(within + " ct status dnat accept");
            line(within + (network.has(Option.ISOLATED) ? " drop" : " accept"));
            if (!network.has(Option.INTERNAL)) continue;
            line("    iifname " + device + " drop");
            line("    oifname " + device + " drop");
        }
        line("    ct status dnat accept");
        List<NatNetwork> closed =
                networks.stream().filter(network -> !network.has(Option.OPEN)).toList();
        if (!closed.isEmpty()) line("    iifname " + devices(closed) + " oifname " + devices(closed) + " drop");
        // Containers reach the bridges of other container engines by published ports only. Without this rule, our rules
        // in FORWARD would accept what its policy drops.
        String uplinks = reachableBridges.isEmpty() ? "" : "oifname != " + set(reachableBridges.stream()) + " ";
        line("    iifname " + devices(networks) + " meta oifkind \"bridge\" " + uplinks + "drop");
        for (PublishedPort port : ports) routed(port);
        for (NatNetwork network : networks) {
            String out = "    oifname " + RuleText.quoted(network.device()) + " ";
            if (network.has(Option.ROUTED_IPV4) || network.has(Option.ROUTED_IPV6))
                line(out + "meta l4proto { icmp, ipv6-icmp } accept");
            if (!network.has(Option.INTERNAL) && !network.has(Option.OPEN)) line(out + "drop");
        }
        end();
    }

    /** Keeps containers of internal networks from published ports: packets that are not translated arrive at {@link HostListener}. */
    private void relaying() {
        List<NatNetwork> internal = networks.stream()
                .filter(network -> network.has(Option.INTERNAL))
                .toList();
        if (internal.isEmpty()) return;
        chain("relay", "type filter hook input priority filter; policy accept;");
        for (PublishedPort port : ports) {
            String to = port.hostAddress()
                    .map(address -> (address.isV4() ? "ip" : "ip6") + " daddr " + address + " ")
                    .orElse("");
            line("    iifname " + devices(internal) + " ct state new " + to + port.protocol() + " dport "
                    + port.hostPort() + " drop");
        }
        end();
    }

    private void routed(PublishedPort port) {
        NatNetwork network = networkOf(port);
        if (network == null) return;
        String match = port.protocol() + " dport " + port.containerPort() + " accept";
        String out = "    oifname " + RuleText.quoted(port.device()) + " ";
        if (network.has(Option.ROUTED_IPV4) && port.hasIpv4())
            line(out + "ip daddr " + port.ipv4().get() + " " + match);
        if (network.has(Option.ROUTED_IPV6) && port.hasIpv6())
            line(out + "ip6 daddr " + port.ipv6().get() + " " + match);
    }

    private NatNetwork networkOf(PublishedPort port) {
        return networks.stream()
                .filter(network -> network.device().equals(port.device()))
                .findFirst()
                .orElse(null);
    }

    private static String devices(Collection<NatNetwork> some) {
        return set(some.stream().map(NatNetwork::device));
    }

    private static String set(Stream<String> names) {
        return names.map(RuleText::quoted).collect(Collectors.joining(", ", "{ ", " }"));
    }

    private void chain(String name, String hook) {
        line("  chain " + name + " {");
        if (!hook.isEmpty()) line("    " + hook);
    }

    private void end() {
        line("  }");
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}
