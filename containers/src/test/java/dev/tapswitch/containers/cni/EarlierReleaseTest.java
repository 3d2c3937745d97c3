package dev.tapswitch.containers.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.containers.firewall.Nat;
import dev.tapswitch.control.config.ConfigReader;
import dev.tapswitch.control.config.UserChanges;
import dev.tapswitch.control.fastpath.KernelFastPath;
import dev.tapswitch.control.state.StateDirectory;
import dev.tapswitch.control.switches.ControlService;
import dev.tapswitch.control.switches.ControlThread;
import dev.tapswitch.control.switches.ProcessPins;
import dev.tapswitch.control.switches.RequestException;
import dev.tapswitch.control.switches.StateFile;
import dev.tapswitch.control.switches.Supervisor;
import dev.tapswitch.control.switches.SwitchRuntime;
import dev.tapswitch.control.switches.UserSwitches;
import dev.tapswitch.dataplane.IoMode;
import dev.tapswitch.dataplane.WorkerSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests the upgrade from an earlier release, which saved all ports and switches of CNI networks as the users' changes. No port is opened. */
@Timeout(60)
class EarlierReleaseTest {
    private static final CniNetwork.Id PODS = new CniNetwork.Id("pods", "pods");
    private static final CniNetwork.Id JOBS = new CniNetwork.Id("jobs", "lan");
    /** The hash of this name and of "BB" is the same. */
    private static final CniNetwork.Id SAME_HASH = new CniNetwork.Id("Aa", "lan");

    private static final String CNI = """
            {"version":1,"networks":[
            {"name":"pods","switchName":"pods","hostDevice":"pods","madeSwitch":true,"madeHostPort":true,"masqueraded":["198.18.7.0/24"]},
            {"name":"jobs","switchName":"lan","hostDevice":"lan","madeSwitch":false,"madeHostPort":false,"masqueraded":[]},
            {"name":"Aa","switchName":"lan","hostDevice":"lan","madeSwitch":false,"madeHostPort":false,"masqueraded":[]},
            {"name":"BB","switchName":"lan","hostDevice":"lan","madeSwitch":false,"madeHostPort":false,"masqueraded":[]}]}""";
    private static final String USERS = """
            {"version":1,
             "switches":{"pods":{"ports":{"pods":{"addresses":["198.18.7.1/24"]},
                                          "PODS-one-eth0":{"namespace":"/run/netns/one","device":"eth0"},
                                          "mine":{}},
                                 "static-macs":[{"mac":"02:00:00:00:00:01","port":"mine"},
                                                {"mac":"02:00:00:00:00:02","port":"PODS-one-eth0"}]},
                         "others":{"ports":{"PODS-two-eth0":{"namespace":"/run/netns/two","device":"eth0"}}}},
             "additions":{"lan":{"ports":{"lan":{},
                                          "JOBS-one-eth1":{"namespace":"/run/netns/one","device":"eth1"},
                                          "SAME-one-eth2":{"namespace":"/run/netns/one","device":"eth2"}}}}}""".replace("PODS-", Attachment.prefix("pods"))
            .replace("JOBS-", Attachment.prefix("jobs"))
            .replace("SAME-", Attachment.prefix("Aa"));

    @TempDir
    private Path directory;

    @BeforeEach
    void writeFiles() throws Exception {
        Files.writeString(directory.resolve("tapswitch.yaml"), "switches: {lan: {}}");
        Files.createDirectories(directory.resolve("state"));
        Files.writeString(file("cni.json"), CNI);
        Files.writeString(file("state.json"), USERS);
    }

    private Path file(String name) {
        return directory.resolve("state").resolve(name);
    }

    /** What a test does after a start of the daemon. */
    @FunctionalInterface
    private interface Use {
        void use(CniNetworks networks, CniState state, ControlService control) throws Exception;
    }

    private void started(Use use) throws Exception {
        Path config = directory.resolve("tapswitch.yaml");
        try (StateDirectory open = StateDirectory.open(directory.resolve("state"));
                ControlThread thread = new ControlThread();
                SwitchRuntime runtime = new SwitchRuntime(
                        new WorkerSettings(IoMode.EPOLL, 1, 0),
                        thread,
                        Supervisor.NONE,
                        new ProcessPins(open),
                        new KernelFastPath(Optional.empty(), Supervisor.NONE))) {
            UserSwitches users = UserSwitches.load(new StateFile(open));
            ControlService control =
                    new ControlService(config, ConfigReader.read(config), runtime, users, Supervisor.NONE);
            CniState state = CniState.load(open, control.userChanges());
            assertEquals(List.of(), open.problems());
            use.use(new CniNetworks(control, new Nat(thread, List.of()), state), state, control);
        }
    }

    private static String port(String network, String rest) {
        return Attachment.prefix(network) + rest;
    }

    private static void assertIsRead(CniState state) {
        CniInventory read = state.inventory();
        assertEquals(4, read.networks().size());
        assertEquals(
                Set.of(port("pods", "one-eth0")),
                read.networks().get(PODS).ports().keySet());
        assertEquals(
                Set.of(port("jobs", "one-eth1")),
                read.networks().get(JOBS).ports().keySet());
        assertEquals(
                Set.of(port("Aa", "one-eth2")),
                read.networks().get(SAME_HASH).ports().keySet());
        assertEquals(Set.of("pods"), read.hostPorts().keySet());
        assertEquals(
                Set.of("pods", port("pods", "one-eth0")),
                read.additions().get("pods").ports().keySet());
        assertEquals(1, read.nat().size());
    }

    private static void assertIsTakenOver(CniState state, ControlService control) {
        assertIsRead(state);
        assertEquals(Optional.empty(), state.inventory().takenOver());
        UserChanges users = control.userChanges();
        assertEquals(Set.of("others"), users.switches().keySet());
        assertEquals(Set.of("mine"), users.of("pods").ports().keySet());
        assertEquals(2, users.of("pods").staticMacs().size());
        assertEquals(Set.of("lan"), users.of("lan").ports().keySet());
        assertEquals(
                Set.of(port("pods", "two-eth0")), users.of("others").ports().keySet());
    }

    @Test
    void portsBelongToTheirNetworksAfterTheUpgrade() throws Exception {
        assertEquals(Attachment.prefix("Aa"), Attachment.prefix("BB"));
        started((networks, state, control) -> {
            assertIsRead(state);
            networks.takeOver();
            assertIsTakenOver(state, control);
        });
        started((networks, state, control) -> {
            assertIsTakenOver(state, control);
            networks.takeOver();
            assertIsTakenOver(state, control);
        });
    }

    /** A predecessor that hands over still needs its files: it continues if this process cannot start. */
    @Test
    void nothingIsWrittenBeforeTheTakeOver() throws Exception {
        started((_, state, _) -> assertIsRead(state));
        assertEquals(CNI, Files.readString(file("cni.json")));
        assertEquals(USERS, Files.readString(file("state.json")));
    }

    @Test
    void aCrashBetweenTwoWritesOfTheTakeOverLosesNothing() throws Exception {
        fails("cni.json");
        assertEquals(CNI, Files.readString(file("cni.json")));
        assertEquals(USERS, Files.readString(file("state.json")));
        fails("state.json");
        assertEquals(USERS, Files.readString(file("state.json")));
        Path second = Files.copy(file("cni.json"), directory.resolve("second"));
        started((networks, state, control) -> {
            assertIsRead(state);
            assertTrue(state.inventory().takenOver().isPresent());
            networks.takeOver();
            assertIsTakenOver(state, control);
        });
        Files.copy(second, file("cni.json"), StandardCopyOption.REPLACE_EXISTING);
        started((networks, state, control) -> {
            networks.takeOver();
            assertIsTakenOver(state, control);
        });
        started((_, state, control) -> assertIsTakenOver(state, control));
    }

    /** Starts the daemon while a file cannot be written, so that the take-over stops before that write. */
    private void fails(String name) throws Exception {
        Path obstacle = Files.createDirectories(file(name + ".new").resolve("in the way"));
        started((networks, state, control) -> {
            assertThrows(RequestException.class, networks::takeOver);
            assertIsRead(state);
            assertTrue(control.userChanges().switches().containsKey("pods"));
        });
        Files.delete(obstacle);
        Files.delete(obstacle.getParent());
    }

    /** A user may give a port any name, even one with a network's prefix. */
    @Test
    void onlyAFileOfAnEarlierReleaseIsTakenOver() throws Exception {
        Files.writeString(file("cni.json"), """
                {"version":2,"networks":[{"name":"pods","switchName":"pods","hostDevice":"pods","masqueraded":[],"ports":[]}],
                 "hostPorts":[]}""");
        started((networks, state, control) -> {
            networks.takeOver();
            assertEquals(
                    Set.of(), state.inventory().networks().get(PODS).ports().keySet());
            assertEquals(3, control.userChanges().of("pods").ports().size());
        });
    }
}
