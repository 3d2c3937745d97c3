package dev.tapswitch.control.switches;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.control.config.PortConfig;
import dev.tapswitch.control.config.StaticMac;
import dev.tapswitch.control.config.SwitchConfig;
import dev.tapswitch.control.schema.PortSchema;
import dev.tapswitch.control.switches.RequestException.Reason;
import dev.tapswitch.linux.netns.Namespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

/** Tests ports that an integration adds to switches of other sources. Everything except the devices is real. */
@Timeout(60)
class ProvidedPortsTest extends ControlFixture {
    private final ProvidedSwitches networks = new ProvidedSwitches("an engine's network", "remove it", "stop it");
    private final ProvidedPorts pods = new ProvidedPorts("a pod network", "remove its pods first", "remove its pod");

    @Override
    List<SwitchProvider> integrations() {
        return List.of(pods, networks);
    }

    private static Map<String, SwitchConfig> additions(SwitchConfig... parts) {
        Map<String, SwitchConfig> additions = new LinkedHashMap<>();
        for (SwitchConfig part : parts) additions.put(part.name(), part);
        return additions;
    }

    private static String refused(Reason reason, Executable change) {
        return assertRefused(reason, change).getMessage();
    }

    /** Makes the next save fail: the file cannot be written where a directory is. */
    private Path breakStateFile() throws IOException {
        return Files.createDirectories(directory.resolve("state/state.json.new/in the way"));
    }

    @Test
    void providedPortsJoinSwitchesOfEverySourceAndAreRestoredAfterARestart() throws Exception {
        networks.put(sw("net", "n"));
        start("switches: {lan: {arp: flood, ports: {a: {}}}}");
        control.addSwitch(sw("mine", "m"));
        control.provide(pods, additions(sw("lan", "p1"), sw("net", "p2"), sw("mine", "p3"), sw("fresh", "p4")));
        control.addPort("fresh", PortConfig.of("u"));
        assertEquals(Set.of("a", "p1"), ports("lan"));
        assertEquals(Set.of("n", "p2"), ports("net"));
        assertEquals(Set.of("m", "p3"), ports("mine"));
        assertEquals(Set.of("p4", "u"), ports("fresh"));
        Map<String, SwitchConfig> before = runtime.config();
        restart("switches: {lan: {arp: flood, ports: {a: {}}}}");
        assertEquals(before, runtime.config());
        assertEquals(Set.of("mine"), control.userChanges().switches().keySet());
        assertEquals(Set.of("m"), control.userChanges().of("mine").ports().keySet());
        assertEquals(Set.of("u"), control.userChanges().of("fresh").ports().keySet());
        assertEquals(Set.of("fresh"), control.userChanges().toDeclared().keySet());
    }

    @Test
    void aSwitchThatNoOtherSourceHasIsRemovedWithItsEntry() throws Exception {
        start("switches: {lan: {ports: {a: {}}}}");
        control.addSwitch(sw("mine"));
        control.provide(pods, additions(sw("lan", "p1"), sw("mine", "p2"), sw("fresh", "p3")));
        control.provide(pods, additions(sw("fresh")));
        assertEquals(Set.of("lan", "mine", "fresh"), runtime.config().keySet());
        assertEquals(Set.of(), ports("fresh"));
        control.provide(pods, Map.of());
        assertEquals(Set.of("lan", "mine"), runtime.config().keySet());
        assertEquals(Set.of("a"), ports("lan"));
    }

    @Test
    void aSwitchToWhichUsersHaveAddedPortsBecomesTheirs() throws Exception {
        start("switches: {}");
        control.provide(pods, additions(sw("fresh", "p")));
        control.addPort("fresh", PortConfig.of("u"));
        control.addMac("fresh", new StaticMac(0x0200_0000_0001L, 0, "u"));
        control.addMac("fresh", new StaticMac(0x0200_0000_0002L, 0, "p"));
        Path obstacle = breakStateFile();
        refused(Reason.FAILED, () -> control.provide(pods, Map.of()));
        assertEquals(Set.of("p", "u"), ports("fresh"));
        assertTrue(pods.adds("fresh", "p"));
        Files.delete(obstacle);
        Files.delete(obstacle.getParent());

        Map<String, SwitchConfig> added = pods.additions();
        control.provide(pods, Map.of());
        assertEquals(Set.of("u"), ports("fresh"));
        assertEquals(1, runtime.find("fresh").config().staticMacs().size());
        Map<String, SwitchConfig> after = runtime.config();
        // Simulates a crash before the integration has saved the removal of its port.
        pods.put(added);
        restart("switches: {}");
        assertEquals(Set.of("p", "u"), ports("fresh"));
        control.provide(pods, Map.of());
        restart("switches: {}");
        assertEquals(after, runtime.config());
        control.removeSwitch("fresh");
        assertEquals(Map.of(), runtime.config());
    }

    @Test
    void usersCannotRemoveProvidedPortsOrTheirSwitches() throws Exception {
        start("switches: {lan: {ports: {a: {}}}}");
        control.addSwitch(sw("mine", "m"));
        control.provide(pods, additions(sw("lan", "p1"), sw("mine", "p2")));
        assertEquals(
                "port p1 belongs to a pod network: remove its pod",
                refused(Reason.CONFLICT, () -> control.removePort("lan", "p1")));
        for (String name : List.of("lan", "mine")) {
            assertEquals(
                    "switch " + name + " is used by a pod network: remove its pods first",
                    refused(Reason.CONFLICT, () -> control.removeSwitch(name)));
        }
        control.removePort("mine", "m");
        control.provide(pods, Map.of());
        control.removeSwitch("mine");
        control.removeSwitch("lan");
        assertEquals(Map.of(), runtime.config());
    }

    @Test
    void temporaryChangesOfUsersStayWhenOtherPortsAreAdded() throws Exception {
        start("switches: {lan: {ports: {a: {}, b: {}}}}");
        control.provide(pods, additions(sw("lan", "p1")));
        control.changePort("lan", PortConfig.of("a").with(PortSchema.MTU, 9_000));
        control.changePort("lan", PortConfig.of("p1").with(PortSchema.MTU, 8_000));
        control.removePort("lan", "b");
        control.provide(pods, additions(sw("lan", "p1", "p2")));
        assertEquals(Set.of("a", "p1", "p2"), ports("lan"));
        assertEquals(9_000, runtime.find("lan").port("a").config().get(PortSchema.MTU));
        assertEquals(8_000, runtime.find("lan").port("p1").config().get(PortSchema.MTU));
        assertTrue(control.whyTemporary("lan", "p1").orElseThrow().startsWith("belongs to a pod network: "));
        assertTrue(control.whyTemporary("lan", "a").orElseThrow().startsWith("is declared in "));
        assertEquals(Set.of("a", "b", "p1", "p2"), portsAfterReload("lan"));
        assertEquals(1_500, runtime.find("lan").port("p1").config().get(PortSchema.MTU));
    }

    private Set<String> portsAfterReload(String switchName) throws RequestException {
        control.reload();
        return ports(switchName);
    }

    @Test
    void providedPortsStayWhenTheirSwitchLosesOrGainsASource() throws Exception {
        start("switches: {lan: {ports: {a: {}}}}");
        control.provide(networks, sw("net", "n"));
        control.provide(pods, additions(sw("lan", "p1"), sw("net", "p2"), sw("fresh", "p3")));
        RunningPort before = runtime.find("net").port("p2");
        control.withdraw(networks, "net");
        assertEquals(Set.of("p2"), ports("net"));
        assertEquals(before, runtime.find("net").port("p2"));
        Files.writeString(control.file(), "switches: {fresh: {arp: flood, ports: {f: {}}}}");
        control.reload();
        assertEquals(Set.of("p1"), ports("lan"));
        assertEquals(Set.of("f", "p3"), ports("fresh"));
        control.provide(pods, Map.of());
        assertEquals(Set.of("fresh"), runtime.config().keySet());
        assertEquals(Set.of("f"), ports("fresh"));
    }

    @Test
    void aNameOrDeviceOfAnotherPortOrAMissingNamespaceIsRefused() throws Exception {
        start("switches: {lan: {ports: {a: {}}}}");
        String name = refused(Reason.CONFLICT, () -> control.provide(pods, additions(sw("lan", "a"))));
        assertEquals("switch lan has a port a already", name);
        PortConfig sameDevice = PortConfig.of("b").with(PortSchema.DEVICE, "a");
        String device = refused(
                Reason.CONFLICT,
                () -> control.provide(pods, additions(SwitchConfig.of("fresh").with(sameDevice))));
        assertTrue(device.contains("already belongs to port a of switch lan"), device);
        PortConfig lost = PortConfig.of("c").with(PortSchema.NAMESPACE, Namespace.parse("/run/netns/no-such"));
        refused(
                Reason.INVALID,
                () -> control.provide(pods, additions(SwitchConfig.of("fresh").with(lost))));
        devices.broken.add("d");
        refused(Reason.FAILED, () -> control.provide(pods, additions(sw("fresh", "c", "d"))));
        assertEquals(Map.of(), pods.additions());
        assertNull(runtime.find("fresh"));
        assertEquals(Set.of("a"), devices.open());
    }

    @Test
    void portsThatAnEarlierReleaseSavedAsPortsOfUsersAreTakenOver() throws Exception {
        start("switches: {lan: {ports: {a: {}}}}");
        control.addPort("lan", PortConfig.of("p1"));
        control.addSwitch(sw("made", "p2", "u"));
        control.addMac("made", new StaticMac(0x0200_0000_0001L, 0, "u"));
        control.addMac("made", new StaticMac(0x0200_0000_0002L, 0, "p2"));
        control.addSwitch(sw("mine", "p3"));
        Map<String, SwitchConfig> before = runtime.config();

        pods.put(additions(sw("lan", "p1"), sw("made", "p2"), sw("mine", "p3")));
        restart("switches: {lan: {ports: {a: {}}}}");
        assertEquals(before, runtime.config());
        Path obstacle = breakStateFile();
        refused(Reason.FAILED, () -> control.takeOver(pods, Set.of("made")));
        assertTrue(control.userChanges().switches().containsKey("made"));
        Files.delete(obstacle);
        Files.delete(obstacle.getParent());
        for (int i = 0; i < 2; i++) {
            control.takeOver(pods, Set.of("made"));
            assertEquals(before, runtime.config());
            assertEquals(Set.of("mine"), control.userChanges().switches().keySet());
            assertEquals(Set.of("made"), control.userChanges().toDeclared().keySet());
            restart("switches: {lan: {ports: {a: {}}}}");
            assertEquals(before, runtime.config());
        }
        control.provide(pods, Map.of());
        assertEquals(Set.of("a"), ports("lan"));
        assertEquals(Set.of("u"), ports("made"));
        assertEquals(Set.of(), ports("mine"));
        assertEquals(1, runtime.find("made").config().staticMacs().size());
    }
}
