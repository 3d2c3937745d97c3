package dev.tapswitch.control.switches;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.control.config.ConfigException;
import dev.tapswitch.control.config.ConfigReader;
import dev.tapswitch.control.config.PortConfig;
import dev.tapswitch.control.config.StaticMac;
import dev.tapswitch.control.config.SwitchConfig;
import dev.tapswitch.control.schema.PortSchema;
import dev.tapswitch.control.state.StateDirectory;
import dev.tapswitch.control.switches.RequestException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Tests the precedence of the sources of switches, and changes that fail half-way. Everything except the devices is real. */
@Timeout(60)
class ControlServiceTest {
    private static final StaticMac BOUND = new StaticMac(0x0200_0000_0001L, 0, "a");

    @TempDir
    private Path directory;

    private final FakeDevices devices = new FakeDevices();
    private final ProvidedSwitches networks =
            new ProvidedSwitches("an engine's network", "remove it with 'engine rm'", "stop its container");
    private StateDirectory state;
    private ControlThread thread;
    private SwitchRuntime runtime;
    private ControlService control;

    private void start(String yaml) throws IOException, ConfigException, RequestException {
        Path file = Files.writeString(directory.resolve("tapswitch.yaml"), yaml);
        state = StateDirectory.open(directory.resolve("state"));
        thread = new ControlThread();
        runtime = Runtimes.start(thread, state, devices);
        UserSwitches users = UserSwitches.load(new StateFile(state));
        control = new ControlService(file, ConfigReader.read(file), runtime, users, Supervisor.NONE);
        control.start(List.of(networks));
    }

    @AfterEach
    void end() throws IOException {
        thread.close();
        runtime.close();
        state.close();
        assertEquals(Set.of(), devices.open(), "devices left open");
    }

    private void restart(String yaml) throws IOException, ConfigException, RequestException {
        end();
        start(yaml);
    }

    private static SwitchConfig network(String name, String... ports) {
        SwitchConfig sw = SwitchConfig.of(name);
        for (String port : ports) sw = sw.with(PortConfig.of(port));
        return sw;
    }

    private Set<String> ports(String switchName) {
        return runtime.find(switchName).config().ports().keySet();
    }

    private static RequestException assertRefused(Reason reason, Executable change) {
        RequestException e = assertThrows(RequestException.class, change);
        assertEquals(reason, e.reason(), e.getMessage());
        return e;
    }

    /** Makes the next save fail: a directory cannot be replaced by a file. */
    private void breakStateFile() throws IOException {
        Path file = directory.resolve("state/state.json");
        Files.deleteIfExists(file);
        Files.createDirectories(file.resolve("in the way"));
    }

    @Test
    void theFileTakesPrecedenceOverIntegrationsAndBothOverUsers() throws Exception {
        networks.put(network("lan", "x"));
        networks.put(network("net", "y"));
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
        assertRefused(Reason.FAILED, () -> control.addSwitch(network("dmz", "c")));
        assertRefused(Reason.FAILED, () -> control.addMac("lan", BOUND));
        assertEquals(before, runtime.config());
        assertEquals(Set.of("a"), devices.open());
    }

    @Test
    void aRemovalThatCannotBeSavedIsUndone() throws Exception {
        start("switches: {}");
        control.addSwitch(network("lan", "a", "b"));
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
        control.addSwitch(network("dmz", "c"));
        Map<String, SwitchConfig> before = runtime.config();
        restart("switches: {lan: {ports: {a: {}}}}");
        assertEquals(before, runtime.config());
    }

    @Test
    void anIntegrationsSwitchThatCannotRunIsNotProvided() throws Exception {
        start("switches: {}");
        devices.broken.add("x");
        assertRefused(Reason.FAILED, () -> control.provide(networks, network("net", "x")));
        assertFalse(networks.has("net"));
        assertEquals(Map.of(), runtime.config());
    }

    @Test
    void anIntegrationsChangeThatFailsLeavesItsSwitchAsItWas() throws Exception {
        start("switches: {}");
        control.provide(networks, network("net", "x"));
        devices.broken.add("y");
        assertRefused(Reason.FAILED, () -> control.provide(networks, network("net", "x", "y")));
        assertTrue(networks.has("net", "x"));
        assertFalse(networks.has("net", "y"));
        assertEquals(Set.of("x"), ports("net"));
    }

    @Test
    void aWithdrawalThatCannotBeSavedLeavesTheSwitch() throws Exception {
        start("switches: {}");
        control.provide(networks, network("net", "x"));
        control.addPort("net", PortConfig.of("u"));
        breakStateFile();
        assertRefused(Reason.FAILED, () -> control.withdraw(networks, "net"));
        assertTrue(networks.has("net"));
        assertEquals(Set.of("x", "u"), ports("net"));
    }

    @Test
    void usersCannotRemoveSwitchesAndPortsOfAnIntegration() throws Exception {
        start("switches: {}");
        control.provide(networks, network("net", "x"));
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
        control.provide(networks, network("net", "x"));
        assertRefused(Reason.CONFLICT, () -> control.provide(networks, network("lan", "y")));
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
