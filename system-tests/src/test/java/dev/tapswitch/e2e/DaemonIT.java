package dev.tapswitch.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.e2e.testbed.ApiClient;
import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.Command;
import dev.tapswitch.e2e.testbed.CommandResult;
import dev.tapswitch.e2e.testbed.Io;
import dev.tapswitch.e2e.testbed.Node;
import dev.tapswitch.e2e.testbed.RunningDaemon;
import dev.tapswitch.e2e.testbed.TestNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The daemon as a process: resources, configuration errors, signals, stop. */
@Timeout(400)
class DaemonIT {
    /** The limit for 4 s. On a quiet machine the daemon uses 20 to 30 ms. */
    private static final int MAX_IDLE_CPU_MS = 300;

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @ParameterizedTest
    @EnumSource(Io.class)
    void anIdleDaemonUsesAlmostNoCpuAndLittleMemory(Io io) throws IOException {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a", "198.18.0.1/24");
            net.quietNode("b", "198.18.0.2/24");
            RunningDaemon daemon = net.start(io);
            a.ping("198.18.0.2");
            // On a busy machine the JIT compilers take longer, and each wake-up costs several times as much CPU.
            long[] used = {Long.MAX_VALUE};
            Await.within(
                    TIMEOUT,
                    () -> "the idle daemon used " + used[0] + " ms of CPU in 4 s",
                    () -> (used[0] = cpuMillisIn(daemon, Duration.ofSeconds(4))) <= MAX_IDLE_CPU_MS);
            long heap = daemon.api().get("/v1/status").required("heap-bytes").asLong() >> 20;
            long resident = residentMebibytes(daemon.pid());
            System.out.printf(
                    "measured: %s: the idle daemon uses %d ms of CPU in 4 s, a heap of %d MiB, RSS %d MiB%n",
                    io, used[0], heap, resident);
            assertTrue(heap < 64, () -> "heap " + heap + " MiB");
            assertTrue(resident < 200, () -> "RSS " + resident + " MiB");
        }
    }

    private static long cpuMillisIn(RunningDaemon daemon, Duration time) {
        long before = cpuMillis(daemon);
        Await.pause(time);
        return cpuMillis(daemon) - before;
    }

    private static long cpuMillis(RunningDaemon daemon) {
        return ProcessHandle.of(daemon.pid())
                .orElseThrow()
                .info()
                .totalCpuDuration()
                .orElseThrow()
                .toMillis();
    }

    private static long residentMebibytes(long pid) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
            if (line.startsWith("VmRSS:")) return Long.parseLong(line.replaceAll("\\D", "")) >> 10;
        }
        throw new AssertionError("no VmRSS");
    }

    @Test
    void anInvalidConfigurationIsRefusedWithItsLineAndChangesNothing() throws IOException {
        try (var net = new TestNetwork()) {
            String namespace = net.quietNamespace("a");
            Path config = Files.writeString(
                    net.directory().resolve("invalid.yaml"), """
                    socket: %1$s/daemon.sock
                    state: %1$s/state
                    switches:
                      lan:
                        ports:
                          a:
                            namespace: %2$s
                            device: eth0
                          b:
                            namespace: %2$s
                            mtu: huge
                    """.formatted(net.directory(), namespace));
            CommandResult refused = Command.run(
                    Duration.ofMinutes(2), RunningDaemon.tapswitch("daemon", "--config", config.toString()));
            assertEquals(1, refused.exitCode(), refused.output());
            assertTrue(refused.output().contains("invalid.yaml:11"), refused.output());
            assertTrue(refused.output().contains("mtu"), refused.output());
            assertTrue(
                    Command.run("ip", "-n", namespace, "link", "show", "eth0").exitCode() != 0,
                    "no device was created");
        }
    }

    @Test
    void sighupReloadsAndAnInvalidFileChangesNothing() throws IOException {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a", "198.18.0.1/24");
            net.quietNode("b", "198.18.0.2/24");
            RunningDaemon daemon = net.start(Io.EPOLL);
            assertSighupReloads(daemon);
            Files.writeString(daemon.config(), daemon.yaml().replace("arp: reply", "arp: sometimes"));
            sendSighup(daemon);
            Await.within(
                    TIMEOUT,
                    () -> "the log names the value: " + daemon.log(),
                    () -> daemon.log().contains("sometimes"));
            assertEquals("reply", arpMode(daemon));
            ApiClient.Response refused = daemon.api().send("POST", "/v1/reload", "");
            assertEquals(4, refused.status() / 100, refused::toString);
            a.ping("198.18.0.2");
        }
    }

    private static void assertSighupReloads(RunningDaemon daemon) throws IOException {
        Files.writeString(daemon.config(), daemon.yaml().replace("  lan:\n", "  lan:\n    arp: reply\n"));
        sendSighup(daemon);
        Await.within(
                TIMEOUT,
                () -> "the reload has taken effect: " + daemon.log(),
                () -> arpMode(daemon).equals("reply"));
    }

    @Test
    void sighupReloadsAlsoUnderNohup() throws IOException {
        try (var net = new TestNetwork()) {
            net.daemonEnvironment("--ignore-signal=HUP"); // an option of env(1), which starts the daemon
            net.quietNode("a");
            RunningDaemon daemon = net.start(Io.EPOLL);
            assertSighupReloads(daemon);
        }
    }

    private static void sendSighup(RunningDaemon daemon) {
        Command.expect("kill", "-HUP", Long.toString(daemon.pid()));
    }

    private static String arpMode(RunningDaemon daemon) {
        return daemon.api().get("/v1/switches/lan").required("arp").asString();
    }

    @Test
    void aStopRemovesTheTapsAndTheSocket() {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a");
            Node kept = net.quietNode("kept", "198.18.0.2/24").with("persistent: true");
            RunningDaemon daemon = net.start(Io.EPOLL);
            Path socket = daemon.api().socket();
            assertTrue(Files.exists(socket));
            daemon.stop();
            assertFalse(Files.exists(socket));
            assertFalse(a.hasDevice());
            assertTrue(kept.ip("addr", "show", "eth0").contains("198.18.0.2/24"), "a persistent TAP keeps its address");
        }
    }

    @Test
    void theApiHasADescriptionAndItsErrorsAreOneLine() {
        try (var net = new TestNetwork()) {
            net.quietNode("a");
            RunningDaemon daemon = net.start(Io.EPOLL);
            assertTrue(daemon.api().get("/v1/openapi.json").required("paths").has("/v1/status"));
            for (String path : new String[] {"/v1/nothing", "/v1/switches/none", "/v1/switches/lan/ports/none"}) {
                ApiClient.Response response = daemon.api().send("GET", path, "");
                assertEquals(404, response.status(), path);
                assertEquals(
                        1, response.json().required("error").asString().lines().count(), path);
            }
            ApiClient.Response broken = daemon.api().send("POST", "/v1/switches", "{\"name\":");
            assertEquals(400, broken.status(), broken::toString);
            ApiClient.Response unknown =
                    daemon.api().send("POST", "/v1/switches", "{\"name\":\"x\",\"colour\":\"red\"}");
            assertEquals(4, unknown.status() / 100, unknown::toString);
            assertTrue(unknown.body().contains("colour"), unknown::toString);
        }
    }
}
