package dev.tapswitch.containers.firewall;

import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The table {@code inet tapswitch} as nft(8) reads it: made anew, as a whole, in one transaction. Pure.
 *
 * <p>Its chains have the usual priorities. It accepts nothing on behalf of others: a drop of another table stays one.
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
     * What makes the table be as said; where there is no network, what makes it go.
     *
     * @param reachableBridges the bridges of others that containers may reach
     */
    static String of(
            Collection<NatNetwork> networks, Collection<PublishedPort> ports, Collection<String> reachableBridges) {
        Ruleset ruleset = new Ruleset(networks, ports, reachableBridges);
        // Adding before deleting makes the deletion succeed where there is none.
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
     * RFC 1122 3.2.1.3: no such packet comes by a wire. The kernel drops it after the translation only, too late for ports that are published at
     * 127.0.0.1 (CVE-2020-8558), and not at all on interfaces with route_localnet, which those ports need.
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
            if (port.hasIpv4() && (network == null || !network.routedIpv4())) {
                String to =
                        port.hostAddress().isEmpty() ? "meta nfproto ipv4 " : "ip daddr " + port.hostAddress() + " ";
                line("    " + to + match + " dnat ip to " + port.ipv4() + ":" + port.containerPort());
            }
            if (port.hasIpv6() && (network == null || !network.routedIpv6())) {
                // From ::1 the kernel sends to no interface but lo: the relay serves that.
                String to =
                        port.hostAddress().isEmpty() ? "ip6 daddr != ::1 " : "ip6 daddr " + port.hostAddress() + " ";
                line("    " + to + match + " dnat ip6 to [" + port.ipv6() + "]:" + port.containerPort());
            }
        }
        end();
    }

    private void masquerading() {
        chain("postrouting", "type nat hook postrouting priority srcnat; policy accept;");
        for (NatNetwork network : networks) {
            String out = "    oifname \"" + network.device() + "\" ";
            // What came to a published port by loopback, or from the container's own network, must find its way back
            // through us.
            if (!network.ipv4().isEmpty()) line(out + "ip saddr 127.0.0.0/8 masquerade");
            for (String subnet : network.ipv4()) line(out + "ct status dnat ip saddr " + subnet + " masquerade");
            for (String subnet : network.ipv6()) line(out + "ct status dnat ip6 saddr " + subnet + " masquerade");
            if (!network.masquerade() || network.internal()) continue;
            String leaving = "    oifname != \"" + network.device() + "\" ";
            if (!network.routedIpv4())
                for (String subnet : network.ipv4()) line(leaving + "ip saddr " + subnet + " masquerade");
            if (!network.routedIpv6())
                for (String subnet : network.ipv6()) line(leaving + "ip6 saddr " + subnet + " masquerade");
        }
        end();
    }

    private void forwarding() {
        chain("forward", "type filter hook forward priority filter; policy accept;");
        line("    ct state established,related accept");
        for (NatNetwork network : networks) {
            String device = "\"" + network.device() + "\"";
            String within = "    iifname " + device + " oifname " + device;
            if (network.isolated()) line(within + " ct status dnat accept");
            line(within + (network.isolated() ? " drop" : " accept"));
            if (!network.internal()) continue;
            line("    iifname " + device + " drop");
            line("    oifname " + device + " drop");
        }
        line("    ct status dnat accept");
        List<NatNetwork> closed =
                networks.stream().filter(network -> !network.open()).toList();
        if (!closed.isEmpty()) line("    iifname " + devices(closed) + " oifname " + devices(closed) + " drop");
        // To other engines' bridges by what they publish only: what they drop by FORWARD's policy we accept there.
        String uplinks = reachableBridges.isEmpty() ? "" : "oifname != " + set(reachableBridges.stream()) + " ";
        line("    iifname " + devices(networks) + " meta oifkind \"bridge\" " + uplinks + "drop");
        for (PublishedPort port : ports) routed(port);
        for (NatNetwork network : networks) {
            String out = "    oifname \"" + network.device() + "\" ";
            if (network.routedIpv4() || network.routedIpv6()) line(out + "meta l4proto { icmp, ipv6-icmp } accept");
            if (!network.internal() && !network.open()) line(out + "drop");
        }
        end();
    }

    /** An internal network's containers reach nothing that others publish: what is not translated comes to {@link HostListener}. */
    private void relaying() {
        List<NatNetwork> internal =
                networks.stream().filter(NatNetwork::internal).toList();
        if (internal.isEmpty()) return;
        chain("relay", "type filter hook input priority filter; policy accept;");
        for (PublishedPort port : ports) {
            String to = port.hostAddress().isEmpty()
                    ? ""
                    : (port.isIpv6() ? "ip6" : "ip") + " daddr " + port.hostAddress() + " ";
            line("    iifname " + devices(internal) + " ct state new " + to + port.protocol() + " dport "
                    + port.hostPort() + " drop");
        }
        end();
    }

    private void routed(PublishedPort port) {
        NatNetwork network = networkOf(port);
        if (network == null) return;
        String match = port.protocol() + " dport " + port.containerPort() + " accept";
        String out = "    oifname \"" + port.device() + "\" ";
        if (network.routedIpv4() && port.hasIpv4()) line(out + "ip daddr " + port.ipv4() + " " + match);
        if (network.routedIpv6() && port.hasIpv6()) line(out + "ip6 daddr " + port.ipv6() + " " + match);
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
        return names.map(name -> "\"" + name + "\"").collect(Collectors.joining(", ", "{ ", " }"));
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
