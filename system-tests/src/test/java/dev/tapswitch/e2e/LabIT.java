package dev.tapswitch.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.TapswitchCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs labs in real namespaces: start, update, errors, stop. */
@Timeout(400)
class LabIT {
    private static final AtomicInteger COUNTER = new AtomicInteger();

    private final String lab = "labit" + ProcessHandle.current().pid() + "-" + COUNTER.incrementAndGet();
    private final Path home = Path.of("/run/tapswitch/labs", lab);

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void prepare() {
        TapswitchCommand.assumeRootTunAndJar();
        file = directory.resolve("lab.yaml");
    }

    @AfterEach
    void takeDown() throws Exception {
        TapswitchCommand.run("lab", "down", lab);
    }

    private void describe(String nodes) throws IOException {
        Files.writeString(file, "name: " + lab + "\nswitches:\n  lan: {arp: direct}\nnodes:\n" + nodes.indent(2));
    }

    private static final String TWO = """
            a: {addresses: [198.18.0.1/24, "fd00:18::1/64"]}
            b: {addresses: [198.18.0.2/24, "fd00:18::2/64"]}
            """;

    private TapswitchCommand.Result up() throws Exception {
        return TapswitchCommand.run("lab", "up", file.toString());
    }

    private static void succeeded(TapswitchCommand.Result ran) {
        assertEquals(0, ran.exitCode(), ran.out() + ran.err());
    }

    private TapswitchCommand.Result exec(String node, String... command) throws Exception {
        var words = new String[3 + command.length];
        words[0] = "lab";
        words[1] = "exec";
        words[2] = lab + "/" + node;
        System.arraycopy(command, 0, words, 3, command.length);
        return TapswitchCommand.run(words);
    }

    private boolean namespaceExists(String node) {
        return Files.exists(Path.of("/run/netns", lab + "-" + node));
    }

    private long pid() throws IOException {
        return Long.parseLong(Files.readString(home.resolve("daemon.pid")).strip());
    }

    @Test
    void aLabStartsForwardsPingsAndStopsWithoutATrace() throws Exception {
        describe(TWO);
        succeeded(up());
        succeeded(exec("a", "ping", "-c", "1", "-W", "30", "198.18.0.2"));
        succeeded(exec("a", "ping", "-6", "-c", "1", "-W", "30", "fd00:18::2"));
        succeeded(exec("a", "ping", "-c", "1", "-W", "30", "127.0.0.1"));
        assertTrue(TapswitchCommand.run("mac", "list", "--lab", lab).out().contains("dynamic"));
        assertTrue(TapswitchCommand.run("lab", "list").out().contains(lab));
        long pid = pid();

        succeeded(TapswitchCommand.run("lab", "down", file.toString()));
        assertFalse(namespaceExists("a"));
        assertFalse(namespaceExists("b"));
        assertFalse(Files.exists(home));
        // The daemon may be a zombie for a moment, until its new parent has reaped it.
        ProcessHandle.of(pid)
                .ifPresent(daemon ->
                        daemon.onExit().orTimeout(60, TimeUnit.SECONDS).join());
        assertFalse(TapswitchCommand.run("lab", "list").out().contains(lab));
    }

    @Test
    void aSecondUpAppliesOnlyTheChanges() throws Exception {
        describe(TWO);
        succeeded(up());
        long pid = pid();
        var again = up();
        succeeded(again);
        assertTrue(again.out().contains("nothing changed"), again.out());

        describe("""
                a: {addresses: [198.18.0.1/24, "fd00:18::1/64"]}
                c: {addresses: [198.18.0.3/24]}
                """);
        succeeded(up());
        assertEquals(pid, pid());
        assertFalse(namespaceExists("b"));
        succeeded(exec("a", "ping", "-c", "1", "-W", "30", "198.18.0.3"));
    }

    @Test
    void upRestartsADeadDaemon() throws Exception {
        describe(TWO);
        succeeded(up());
        long pid = pid();
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        Await.within(
                Duration.ofSeconds(60),
                () -> "process " + pid + " is gone",
                () -> ProcessHandle.of(pid).isEmpty());
        succeeded(up());
        assertNotEquals(pid, pid());
        succeeded(exec("b", "ping", "-c", "1", "-W", "30", "198.18.0.1"));
    }

    @Test
    void progressIsShownOnATerminalOnly() throws Exception {
        describe(TWO);
        var plain = up();
        succeeded(plain);
        assertFalse(plain.out().contains("\r"), plain.out());
        succeeded(TapswitchCommand.run("lab", "down", lab));

        var onTerminal = TapswitchCommand.runWith(Map.of("TAPSWITCH_TTY", "1"), "lab", "up", file.toString());
        succeeded(onTerminal);
        assertTrue(onTerminal.out().contains("\r\u001b[Kcreating namespaces 1/2"), onTerminal.out());
        assertTrue(onTerminal.out().contains("\r\u001b[Kwaiting for ports 2/2"), onTerminal.out());
        // The last report is erased before the result is printed.
        assertTrue(onTerminal.out().contains("\r\u001b[Knode a: namespace " + lab + "-a created\n"), onTerminal.out());
    }

    @Test
    void execPassesOnOutputAndExitCode() throws Exception {
        describe(TWO);
        succeeded(up());
        var ran = exec("a", "sh", "-c", "echo out; echo err >&2; exit 7");
        assertEquals(7, ran.exitCode());
        assertEquals("out\n", ran.out());
        assertEquals("err\n", ran.err());
        assertEquals(1, exec("nobody", "true").exitCode());
    }

    @Test
    void downEndsTheProcessesInANode() throws Exception {
        describe(TWO);
        succeeded(up());
        var sleeper = new ProcessBuilder("ip", "netns", "exec", lab + "-a", "sleep", "300").start();
        try {
            succeeded(TapswitchCommand.run("lab", "down", lab));
            assertTrue(sleeper.waitFor(60, java.util.concurrent.TimeUnit.SECONDS));
        } finally {
            sleeper.destroyForcibly();
        }
    }

    @Test
    void aLabThatFailsToStartLeavesNothing() throws Exception {
        describe("""
                a: {addresses: [198.18.0.1/24]}
                b: {addresses: [198.18.0.2/24], mtu: 7}
                """);
        var ran = up();
        assertEquals(1, ran.exitCode());
        assertEquals(1, ran.err().lines().count(), ran.err());
        assertTrue(ran.err().contains(file + ":6: "), ran.err());
        assertFalse(namespaceExists("a"));
        assertFalse(Files.exists(home));
    }

    @Test
    void aNamespaceThatTheLabHasNotCreatedIsKept() throws Exception {
        var foreign = lab + "-a";
        assertEquals(
                0, new ProcessBuilder("ip", "netns", "add", foreign).start().waitFor());
        try {
            describe(TWO);
            var refused = up();
            assertEquals(1, refused.exitCode());
            assertTrue(refused.err().contains(foreign), refused.err());
            assertFalse(Files.exists(home));

            describe("a: {namespace: " + foreign + ", attachments: [{addresses: [198.18.0.1/24]}]}\n"
                    + "b: {addresses: [198.18.0.2/24]}\n");
            succeeded(up());
            succeeded(exec("b", "ping", "-c", "1", "-W", "30", "198.18.0.1"));
            succeeded(TapswitchCommand.run("lab", "down", lab));
            assertTrue(
                    Files.exists(Path.of("/run/netns", foreign)), "a namespace that the lab has not created is kept");
        } finally {
            assertEquals(
                    0, new ProcessBuilder("ip", "netns", "del", foreign).start().waitFor());
        }
    }
}
