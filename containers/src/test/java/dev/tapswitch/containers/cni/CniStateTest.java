package dev.tapswitch.containers.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.control.config.PortConfig;
import dev.tapswitch.control.config.SwitchConfig;
import dev.tapswitch.control.config.UserChanges;
import dev.tapswitch.control.schema.PortSchema;
import dev.tapswitch.control.state.StateDirectory;
import dev.tapswitch.control.switches.RequestException;
import dev.tapswitch.core.net.IpPrefix;
import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.tc.RateLimit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the inventory of CNI networks and its state file. */
class CniStateTest {
    private static final CniNetwork.Id ID = new CniNetwork.Id("pods", "lan");
    private static final PortConfig PORT = PortConfig.of("cni-0034800b-one-eth0")
            .with(PortSchema.NAMESPACE, new Namespace.AtPath("/run/netns/one"))
            .with(PortSchema.DEVICE, "eth0")
            .with(PortSchema.MAC, 0x0200_0000_0001L)
            .with(PortSchema.ADDRESSES, List.of("198.18.7.2/24"))
            .with(PortSchema.ROUTES, List.of("default via 198.18.7.1"))
            .with(PortSchema.SEND_LIMIT, new RateLimit(60_000_000, 1_000_000))
            .with(PortSchema.BIND_MAC, true);
    private static final PortConfig HOST_PORT =
            PortConfig.of("lan0").with(PortSchema.ADDRESSES, List.of("198.18.7.1/24"));
    private static final CniNetwork NETWORK =
            new CniNetwork(ID, "lan0", Map.of(PORT.name(), PORT), List.of(IpPrefix.parse("198.18.7.0/24")));
    private static final CniInventory INVENTORY =
            CniInventory.EMPTY.with(NETWORK).withHostPort("lan", HOST_PORT);

    @TempDir
    private Path directory;

    private CniState load(StateDirectory open) {
        return CniState.load(open, UserChanges.NONE);
    }

    @Test
    void aSavedInventoryIsLoaded() throws Exception {
        try (StateDirectory open = StateDirectory.open(directory)) {
            load(open).replace(INVENTORY);
            assertEquals(INVENTORY, load(open).inventory());
            CniInventory takingOver =
                    new CniInventory(INVENTORY.networks(), INVENTORY.hostPorts(), Optional.of(Set.of("lan")));
            load(open).replace(takingOver);
            assertEquals(takingOver, load(open).inventory());
        }
    }

    @Test
    void theFormatOfThisReleaseStaysReadable() throws Exception {
        Files.writeString(directory.resolve("cni.json"), """
                {"version":2,
                 "networks":[{"name":"pods","switchName":"lan","hostDevice":"lan0","masqueraded":["198.18.7.0/24"],
                  "ports":[{"name":"cni-0034800b-one-eth0","namespace":"/run/netns/one","device":"eth0",
                            "mac":"02:00:00:00:00:01","addresses":["198.18.7.2/24"],"routes":["default via 198.18.7.1"],
                            "send-limit":"60M burst 1M","bind-mac":true}]}],
                 "hostPorts":[{"switchName":"lan","port":{"name":"lan0","addresses":["198.18.7.1/24"]}}],
                 "takenOver":["lan"]}""");
        try (StateDirectory open = StateDirectory.open(directory)) {
            CniInventory read = load(open).inventory();
            assertEquals(List.of(), open.problems());
            assertEquals(INVENTORY, read.afterTakeover());
            assertEquals(Optional.of(Set.of("lan")), read.takenOver());
        }
    }

    @Test
    void anInventoryThatCannotBeSavedIsNotReplaced() throws Exception {
        try (StateDirectory open = StateDirectory.open(directory)) {
            CniState state = load(open);
            Files.createDirectories(directory.resolve("cni.json.new/in the way"));
            assertThrows(RequestException.class, () -> state.replace(INVENTORY));
            assertEquals(CniInventory.EMPTY, state.inventory());
        }
    }

    @Test
    void aDamagedFileWithoutACopyRestoresNothingAndIsReported() throws IOException {
        Files.writeString(
                directory.resolve("cni.json"),
                "{\"version\":1,\"networks\":[{\"name\":\"pods\",\"switchName\":\"lan\",\"masqueraded\":[]}]}");
        try (StateDirectory open = StateDirectory.open(directory)) {
            assertEquals(CniInventory.EMPTY, load(open).inventory());
            assertEquals(1, open.problems().size());
            assertTrue(open.problems().getFirst().contains("\"hostDevice\" is missing"), open.problems()::getFirst);
        }
    }

    @Test
    void aHostPortStaysUntilNoNetworkUsesIt() {
        CniNetwork sameHostPort = new CniNetwork(new CniNetwork.Id("jobs", "lan"), "lan0", Map.of(), List.of());
        CniNetwork otherHostPort = new CniNetwork(new CniNetwork.Id("more", "lan"), "lan1", Map.of(), List.of());
        CniNetwork otherSwitch = new CniNetwork(new CniNetwork.Id("pods", "dmz"), "lan0", Map.of(), List.of());
        CniInventory shared = INVENTORY.with(sameHostPort).with(otherHostPort).with(otherSwitch);
        CniInventory without = shared.without(NETWORK);
        assertEquals(Optional.of(HOST_PORT), without.hostPort("lan", "lan0"));
        CniInventory withoutBoth = without.without(sameHostPort);
        assertEquals(Map.of(), withoutBoth.hostPorts());
        assertEquals(Set.of("lan", "dmz"), withoutBoth.additions().keySet());
    }

    @Test
    void networksOnOneSwitchAddTheirPortsToIt() {
        PortConfig other = PortConfig.of("cni-1-two-eth0");
        CniNetwork jobs =
                new CniNetwork(new CniNetwork.Id("jobs", "lan"), "lan", Map.of(other.name(), other), List.of());
        SwitchConfig lan = INVENTORY.with(jobs).additions().get("lan");
        assertEquals(Set.of("lan0", PORT.name(), other.name()), lan.ports().keySet());
    }

    @Test
    void theFirewallHasOneNetworkForEachHostDevice() {
        CniNetwork jobs = new CniNetwork(
                new CniNetwork.Id("jobs", "dmz"),
                "lan0",
                Map.of(),
                List.of(IpPrefix.parse("198.18.7.0/24"), IpPrefix.parse("fd00:7::/64")));
        CniInventory both = INVENTORY.with(jobs);
        assertEquals(1, both.nat().size());
        assertEquals(
                List.of(IpPrefix.parse("198.18.7.0/24")),
                both.nat("lan0").orElseThrow().ipv4());
        assertEquals(
                List.of(IpPrefix.parse("fd00:7::/64")),
                both.nat("lan0").orElseThrow().ipv6());
        assertEquals(INVENTORY.nat("lan0"), both.without(jobs).nat("lan0"));
        assertEquals(Optional.empty(), both.without(jobs).without(NETWORK).nat("lan0"));
    }
}
