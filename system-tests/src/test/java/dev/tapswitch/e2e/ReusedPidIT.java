package dev.tapswitch.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.Command;
import dev.tapswitch.e2e.testbed.RunningDaemon;
import dev.tapswitch.e2e.testbed.TestNetwork;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The kernel reuses the PID of a process that has ended. The port of the old process must not enter the namespace of the new one. */
@Timeout(400)
class ReusedPidIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    /** A PID namespace, in which the test can choose PIDs. {@code init}: its first process, which reaps the others. */
    private record Pids(long init) {
        static Pids start(TestNetwork net) throws IOException {
            Process unshare = Command.start(
                    List.of(
                            "unshare",
                            "--pid",
                            "--fork",
                            "--mount-proc",
                            "--kill-child",
                            "bash",
                            "-c",
                            "while sleep 0.2; do :; done"),
                    net.directory().resolve("init"));
            net.killAtEnd(unshare);
            Await.within(
                    TIMEOUT,
                    () -> "the first process runs",
                    () -> unshare.children().findAny().isPresent());
            return new Pids(unshare.children().findAny().orElseThrow().pid());
        }

        List<String> inside(String... words) {
            List<String> all = new ArrayList<>(List.of("nsenter", "-t", "" + init, "--pid", "--mount"));
            all.addAll(List.of(words));
            return all;
        }

        String run(String script) {
            return Command.expect(inside("sh", "-c", script)).strip();
        }
    }

    /** Waits until the API gives this reason for a port without a device. */
    private static void awaitReason(RunningDaemon daemon, String why) {
        Await.within(
                TIMEOUT,
                () -> "the reason is \"" + why + "\": " + daemon.port("p") + "\n" + daemon.log(),
                () -> daemon.port("p").path("why").asString("").equals(why));
        assertEquals("gone", daemon.portState("p"));
    }

    @Test
    void aProcessWithAReusedPidDoesNotGetTheInterface() throws IOException {
        try (var net = new TestNetwork()) {
            Pids pids = Pids.start(net);
            String pid = pids.run("unshare -n sleep 1000 >/dev/null 2>&1 & echo $!");
            List<String> inside = pids.inside("unshare", "--net", "env");
            String yaml = """
                    socket: %1$s/daemon.sock
                    state: %1$s/state
                    io: epoll
                    switches:
                      lan:
                        ports:
                          p: {namespace: "pid:%2$s", device: eth0, addresses: [198.18.0.1/24]}
                    """.formatted(net.directory(), pid);
            RunningDaemon daemon = RunningDaemon.start(inside, net.directory(), yaml);
            try {
                daemon.awaitPortsUp(1);
                pids.run("kill -9 " + pid);
                daemon.awaitPortState("p", TIMEOUT, "gone");
                // The script repeats this until the new process has the PID: another process may take it first.
                pids.run("""
                        until [ "$new" = %1$s ]; do
                          [ -z "$new" ] || kill -9 $new
                          echo $((%1$s - 1)) >/proc/sys/kernel/ns_last_pid
                          sh -c '[ $$ = %1$s ] && exec unshare -n sleep 1000; exec sleep 1000' >/dev/null 2>&1 & new=$!
                        done""".formatted(pid));
                String reused = "process " + pid + " has ended, and its number is another process's now";
                awaitReason(daemon, reused);
                assertTrue(daemon.cli("port", "show", "p").output().contains(reused));
                pids.run("pkill -9 java");
                daemon.awaitEnd();
                daemon = RunningDaemon.start(inside, net.directory(), yaml);
                awaitReason(daemon, reused);
                assertEquals(
                        "1",
                        pids.run("nsenter -t %s -n ip -o link | wc -l".formatted(pid)),
                        "the other process has no interface except lo");
            } finally {
                pids.run("pkill -9 java || true");
                daemon.stop();
                daemon.assertLogIsSane();
            }
        }
    }
}
