package dev.tapswitch.control.switches;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.control.config.PortConfig;
import dev.tapswitch.control.config.StaticMac;
import dev.tapswitch.control.config.SwitchConfig;
import dev.tapswitch.control.schema.PortSchema;
import dev.tapswitch.control.switches.RequestException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests the precedence of the sources of switches, and changes that fail half-way. Everything except the devices is real. */
@Timeout(60)
class ControlServiceTest extends ControlFixture {
    private static final StaticMac BOUND = new StaticMac(0x0200_0000_0001L, 0, "a");

    private final ProvidedSwitches networks =
            new ProvidedSwitches("an engine's network", "remove it with 'engine rm'", "stop its container");

    @Override
    List<SwitchProvider> integrations() {
        return List.of(networks);
    }

    /** Makes the next save fail: a directory cannot be replaced by a file. */
    private void breakStateFile() throws IOException {
        Path file = directory.resolve("state/state.json");
        Files.deleteIfExists(file);
        Files.createDirectories(file.resolve("in the way"));
    }

    @Test
    void theFileTakesPrecedenceOverIntegrationsAndBothOverUsers() throws Exception {
        networks.put(sw("lan", "x"));
        networks.put(sw("net", "y"));
        start("switches: {lan: {ports: {a: {}}}}");
        assertEquals(Set.of("a"), ports("lan"));
        assertEquals(Set.of("y"), ports("net"));

        control.addPort("lan", PortConfig.of("u"));
        control.addPort("net", PortConfig.of("v"));
        restart("switches: {lan: {ports: {a: {}, u: {device: w}}}}");
        assertEquals(Set.of("a", "u"), ports("lan"));
        assertEquals("w", runtime.find("lan").port("u").config().device());
        assertEquals(Set.of("y", "v"), ports("net"));
    }

    @Test
    void aChangeThatCannotBeSavedIsUndone() throws Exception {
        start("switches: {lan: {ports: {a: {}}}}");
        Map<String, SwitchConfig> before = runtime.config();
        breakStateFile();
        assertRefused(Reason.FAILED, () -> control.addPort("lan", PortConfig.of("b")));
        assertRefused(Reason.FAILED, () -> control.addSwitch(sw("dmz", "c")));
        assertRefused(Reason.FAILED, () -> control.addMac("lan", BOUND));
        assertEquals(before, runtime.config());
        assertEquals(Set.of("a"), devices.open());
    }

    @Test
    void aRemovalThatCannotBeSavedIsUndone() throws Exception {
        start("switches: {}");
        control.addSwitch(sw("lan", "a", "b"));
        control.addMac("lan", BOUND);
        Map<String, SwitchConfig> before = runtime.config();
        breakStateFile();
        assertRefused(Reason.FAILED, () -> control.removePort("lan", "a"));
        assertRefused(Reason.FAILED, () -> control.removeSwitch("lan"));
        assertRefused(Reason.FAILED, () -> control.removeMac("lan", BOUND.mac(), 0));
        assertEquals(before, runtime.config());
        assertEquals(Set.of("a", "b"), devices.open());
    }

    @Test
    void additionsOfUsersAreRestoredAfterARestart() throws Exception {
        start("switches: {lan: {ports: {a: {}}}}");
        control.addMac("lan", BOUND);
        control.addSwitch(sw("dmz", "c"));
        Map<String, SwitchConfig> before = runtime.config();
        restart("switches: {lan: {ports: {a: {}}}}");
        assertEquals(before, runtime.config());
    }

    @Test
    void anIntegrationsSwitchThatCannotRunIsNotProvided() throws Exception {
        start("switches: {}");
        devices.broken.add("x");
        assertRefused(Reason.FAILED, () -> control.provide(networks, sw("net", "x")));
        assertFalse(networks.has("net"));
        assertEquals(Map.of(), runtime.config());
    }

    @Test
    void anIntegrationsChangeThatFailsLeavesItsSwitchAsItWas() throws Exception {
        start("switches: {}");
        control.provide(networks, sw("net", "x"));
        devices.broken.add("y");
        assertRefused(Reason.FAILED, () -> control.provide(networks, sw("net", "x", "y")));
        assertTrue(networks.has("net", "x"));
        assertFalse(networks.has("net", "y"));
        assertEquals(Set.of("x"), ports("net"));
    }

    @Test
    void aWithdrawalThatCannotBeSavedLeavesTheSwitch() throws Exception {
        start("switches: {}");
        control.provide(networks, sw("net", "x"));
        control.addPort("net", PortConfig.of("u"));
        breakStateFile();
        assertRefused(Reason.FAILED, () -> control.withdraw(networks, "net"));
        assertTrue(networks.has("net"));
        assertEquals(Set.of("x", "u"), ports("net"));
    }

    @Test
    void usersCannotRemoveSwitchesAndPortsOfAnIntegration() throws Exception {
        start("switches: {}");
        control.provide(networks, sw("net", "x"));
        control.addPort("net", PortConfig.of("u"));
        assertEquals(
                "switch net is an engine's network: remove it with 'engine rm'",
                assertRefused(Reason.CONFLICT, () -> control.removeSwitch("net"))
                        .getMessage());
        assertEquals(
                "port x belongs to an engine's network: stop its container",
                assertRefused(Reason.CONFLICT, () -> control.removePort("net", "x"))
                        .getMessage());
        control.removePort("net", "u");
        assertEquals(Set.of("x"), ports("net"));
    }

    @Test
    void twoSourcesCannotHaveASwitchOfTheSameName() throws Exception {
        start("switches: {lan: {ports: {a: {}}}}");
        control.provide(networks, sw("net", "x"));
        assertRefused(Reason.CONFLICT, () -> control.provide(networks, sw("lan", "y")));
        assertRefused(Reason.CONFLICT, () -> control.addSwitch(SwitchConfig.of("net")));
        Files.writeString(control.file(), "switches: {net: {}}");
        RequestException e = assertRefused(Reason.CONFLICT, control::reload);
        assertTrue(e.getMessage().contains("switch net is an engine's network; choose another name"), e.getMessage());
        assertEquals(Set.of("lan", "net"), runtime.config().keySet());
    }

    @Test
    void aReloadThatFailsChangesNothingAndTheNextOneStartsFromTheOldFile() throws Exception {
        start("switches: {lan: {ports: {a: {}}}}");
        Map<String, SwitchConfig> before = runtime.config();
        devices.broken.add("b");
        Files.writeString(control.file(), "switches: {lan: {ports: {a: {mtu: 9000}, b: {}}}}");
        assertRefused(Reason.FAILED, control::reload);
        assertEquals(before, runtime.config());
        assertFalse(control.isDeclared("lan", "b"));
        devices.broken.clear();
        assertEquals(2, control.reload().size());
        assertEquals(9_000, runtime.find("lan").port("a").config().get(PortSchema.MTU));
        assertTrue(control.isDeclared("lan", "b"));
    }
}
