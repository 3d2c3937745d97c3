package dev.tapswitch.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.control.json.Json;
import dev.tapswitch.e2e.testbed.ApiClient;
import dev.tapswitch.e2e.testbed.Io;
import dev.tapswitch.e2e.testbed.Node;
import dev.tapswitch.e2e.testbed.RunningDaemon;
import dev.tapswitch.e2e.testbed.TestNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Damaged or unwritable state: the daemon starts, forwards frames and reports the problem. */
@Timeout(400)
class StateIT {
    @ParameterizedTest
    @ValueSource(strings = {"state.json", "cni.json"})
    void aDamagedFileIsReportedAndDoesNotPreventTheStart(String name) throws IOException {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a", "198.18.0.1/24");
            net.quietNode("b", "198.18.0.2/24");
            Path file =
                    Files.createDirectories(net.directory().resolve("state")).resolve(name);
            Files.write(file, new byte[4_096]);
            RunningDaemon daemon = net.start(Io.EPOLL);
            a.ping("198.18.0.2");
            String problem = problems(daemon).getFirst();
            assertTrue(problem.contains(file + " is damaged"), problem);
            assertEquals(1, linesWith(daemon.log(), "is damaged"), daemon::log);
            assertTrue(daemon.cli("status").output().contains("PROBLEM   " + problem));
        }
    }

    @Test
    void aTruncatedFileIsReplacedByThePreviousCopy() throws IOException {
        try (var net = new TestNetwork()) {
            net.quietNode("a");
            RunningDaemon daemon = net.start(Io.EPOLL);
            daemon.api().post("/v1/switches", "{\"name\":\"first\"}");
            daemon.api().post("/v1/switches", "{\"name\":\"second\"}");
            daemon.kill();
            Path file = net.directory().resolve("state/state.json");
            byte[] whole = Files.readAllBytes(file);
            Files.write(file, Arrays.copyOf(whole, whole.length / 2));
            daemon = net.restart();
            assertEquals(200, daemon.api().send("GET", "/v1/switches/first", "").status());
            assertEquals(
                    404, daemon.api().send("GET", "/v1/switches/second", "").status());
            assertTrue(problems(daemon).getFirst().contains("the copy from before the last change is used"));
            daemon.api().post("/v1/switches", "{\"name\":\"third\"}");
            daemon = net.restart();
            assertEquals(200, daemon.api().send("GET", "/v1/switches/third", "").status());
            assertEquals(List.of(), problems(daemon));
            assertTrue(Files.exists(file.resolveSibling("state.json.damaged")));
        }
    }

    @Test
    void withAReadOnlyStateDirectoryTheDaemonRunsAndRefusesChanges() throws IOException {
        assertChangesAreRefused("mount -t tmpfs -o ro none STATE", "Read-only file system");
    }

    @Test
    void onAFullDiskTheDaemonRunsAndRefusesChanges() throws IOException {
        assertChangesAreRefused(
                "mount -t tmpfs -o size=4k none STATE; head -c 8192 /dev/zero >STATE/full 2>&-",
                "No space left on device");
    }

    /** {@code mount}: commands that prepare the directory STATE in the mount namespace of the daemon. */
    private static void assertChangesAreRefused(String mount, String reason) throws IOException {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a", "198.18.0.1/24");
            Path state = Files.createDirectories(net.directory().resolve("state"));
            String shell = mount.replace("STATE", state.toString()) + "; exec \"$@\"";
            List<String> inside = new ArrayList<>(TestNetwork.inNamespace(net.quietNamespace("sw"), "unshare", "-m"));
            inside.addAll(List.of("sh", "-c", shell, "sh"));
            RunningDaemon daemon =
                    RunningDaemon.start(inside, net.directory(), """
                    socket: %1$s/daemon.sock
                    state: %1$s/state
                    switches:
                      lan:
                        ports:
                          a: {namespace: %2$s, device: eth0}
                    """.formatted(net.directory(), a.namespace()));
            try {
                daemon.awaitPortsUp(1);
                ApiClient.Response refused = daemon.api().send("POST", "/v1/switches", "{\"name\":\"more\"}");
                assertEquals(500, refused.status(), refused::toString);
                assertEquals(
                        "nothing was changed: it can't be kept for a restart: " + reason,
                        refused.json().required("error").asString());
                assertEquals(
                        404, daemon.api().send("GET", "/v1/switches/more", "").status());
                assertFalse(problems(daemon).isEmpty());
                assertTrue(problems(daemon).toString().contains(state.toString()), problems(daemon)::toString);
                assertTrue(daemon.isAlive());
            } finally {
                daemon.stop();
            }
            daemon.assertLogIsSane();
        }
    }

    private static List<String> problems(RunningDaemon daemon) {
        return daemon.api()
                .get("/v1/status")
                .required("state-problems")
                .valueStream()
                .map(Json::asString)
                .toList();
    }

    private static long linesWith(String log, String part) {
        return log.lines().filter(line -> line.contains(part)).count();
    }
}
