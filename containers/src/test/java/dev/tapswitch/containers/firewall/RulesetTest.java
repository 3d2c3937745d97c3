package dev.tapswitch.containers.firewall;

import static dev.tapswitch.containers.firewall.NatNetwork.Option.INTERNAL;
import static dev.tapswitch.containers.firewall.NatNetwork.Option.ISOLATED;
import static dev.tapswitch.containers.firewall.NatNetwork.Option.MASQUERADE;
import static dev.tapswitch.containers.firewall.NatNetwork.Option.OPEN;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Checks the text of the rules. DockerNetworkIT checks their effect. */
class RulesetTest {
    private static final NatNetwork NETWORK =
            Ports.network("ts0", List.of("10.77.0.0/24"), List.of("fd77::/64"), Set.of(MASQUERADE));
    private static final NatNetwork INNER =
            Ports.network("ts1", List.of("10.78.0.0/24"), List.of(), Set.of(INTERNAL, MASQUERADE));

    private static PublishedPort port(String hostAddress) {
        return Ports.of("ts0", "tcp", hostAddress, 9001, "10.77.0.2", "fd77::2", 80);
    }

    @Test
    void withoutANetworkTheTableIsDeleted() {
        assertEquals(
                "add table inet tapswitch\ndelete table inet tapswitch\n", Ruleset.of(List.of(), List.of(), List.of()));
    }

    @Test
    void anInternalNetworkIsNeitherMasqueradedNorReachable() {
        String rules = Ruleset.of(List.of(NETWORK, INNER), List.of(), List.of());
        assertTrue(rules.contains("oifname != \"ts0\" ip saddr 10.77.0.0/24 masquerade"), rules);
        assertFalse(rules.contains("oifname != \"ts1\" ip saddr"), rules);
        assertTrue(rules.indexOf("iifname \"ts1\" drop") < rules.indexOf("ct status dnat accept"), rules);
    }

    @Test
    void aPortIsPublishedAtItsHostAddressOnly() {
        String everywhere = Ruleset.of(List.of(NETWORK), List.of(port("")), List.of());
        assertTrue(everywhere.contains("meta nfproto ipv4 tcp dport 9001 dnat ip to 10.77.0.2:80"), everywhere);
        assertTrue(everywhere.contains("ip6 daddr != ::1 tcp dport 9001 dnat ip6 to [fd77::2]:80"), everywhere);
        String loopback = Ruleset.of(List.of(NETWORK), List.of(port("127.0.0.1")), List.of());
        assertTrue(loopback.contains("ip daddr 127.0.0.1 tcp dport 9001 dnat ip to 10.77.0.2:80"), loopback);
        assertFalse(loopback.contains("dnat ip6 to"), loopback);
    }

    @Test
    void isolatedContainersReachEachOtherByPublishedPortsOnly() {
        var isolated = Ports.network("ts2", List.of("10.79.0.0/24"), List.of(), Set.of(ISOLATED, MASQUERADE));
        String rules = Ruleset.of(List.of(isolated), List.of(), List.of());
        assertTrue(rules.contains(
                "iifname \"ts2\" oifname \"ts2\" ct status dnat accept\n    iifname \"ts2\" oifname \"ts2\" drop"));
    }

    @Test
    void anOpenNetworkIsMasqueradedButNotClosed() {
        var pods = Ports.network("pods", List.of("198.18.7.0/24"), List.of("fd00:7::/64"), Set.of(MASQUERADE, OPEN));
        String rules = Ruleset.of(List.of(pods), List.of(), List.of());
        assertTrue(rules.contains("oifname != \"pods\" ip saddr 198.18.7.0/24 masquerade"), rules);
        assertTrue(rules.contains("oifname != \"pods\" ip6 saddr fd00:7::/64 masquerade"), rules);
        assertFalse(rules.contains("oifname \"pods\" drop") || rules.contains("{  }"), rules);
        // A Docker network next to it stays closed, except for its published ports.
        String both = Ruleset.of(List.of(pods, NETWORK), List.of(), List.of());
        assertTrue(both.contains("oifname \"ts0\" drop"), both);
        assertTrue(both.contains("iifname { \"ts0\" } oifname { \"ts0\" } drop"), both);
    }

    @Test
    void loopbackAddressesOnOtherInterfacesAreDropped() {
        String rules = Ruleset.of(List.of(NETWORK), List.of(), List.of());
        assertTrue(rules.contains("iifname != \"lo\" ip saddr 127.0.0.0/8 drop"), rules);
        assertTrue(rules.contains("iifname != \"lo\" ip daddr 127.0.0.0/8 drop"), rules);
    }

    @Test
    void containersReachNoOtherBridgesExceptUplinks() {
        String rules = Ruleset.of(List.of(NETWORK), List.of(), List.of());
        assertTrue(rules.contains("iifname { \"ts0\" } meta oifkind \"bridge\" drop"), rules);
        assertTrue(rules.indexOf("ct status dnat accept") < rules.indexOf("oifkind"), rules);
        String uplink = Ruleset.of(List.of(NETWORK), List.of(), List.of("br0"));
        assertTrue(uplink.contains("meta oifkind \"bridge\" oifname != { \"br0\" } drop"), uplink);
    }

    @Test
    void internalNetworksDoNotReachPublishedPorts() {
        String rules = Ruleset.of(List.of(NETWORK, INNER), List.of(port(""), port("198.18.0.1")), List.of());
        assertTrue(rules.contains("iifname { \"ts1\" } ct state new tcp dport 9001 drop"), rules);
        assertTrue(rules.contains("iifname { \"ts1\" } ct state new ip daddr 198.18.0.1 tcp dport 9001 drop"), rules);
        assertFalse(Ruleset.of(List.of(NETWORK), List.of(port("")), List.of()).contains("hook input"));
    }
}
