package dev.tapswitch.e2e;

import static dev.tapswitch.e2e.testbed.FastPathSupport.vethNode;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.Command;
import dev.tapswitch.e2e.testbed.FastPathSupport;
import dev.tapswitch.e2e.testbed.Io;
import dev.tapswitch.e2e.testbed.Node;
import dev.tapswitch.e2e.testbed.PingReport;
import dev.tapswitch.e2e.testbed.RunningDaemon;
import dev.tapswitch.e2e.testbed.TestNetwork;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Ports of kind veth while the daemon is killed, restarted and handed over: known traffic goes on, and nothing is left in the end. */
@Timeout(400)
class FastPathLifeIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final String FAST_PATH = "/v1/fast-path";

    private static long stations(RunningDaemon daemon) {
        return daemon.api().get(FAST_PATH).path("stations").asLong();
    }

    private static void awaitStations(RunningDaemon daemon, int count) {
        Await.within(
                TIMEOUT,
                () -> count + " stations: " + daemon.api().get(FAST_PATH).path("port-list"),
                () -> stations(daemon) == count);
    }

    /** Pings 50 times a second until it is closed. */
    private static final class Pings {
        private final Process process;
        private final Path output;

        Pings(TestNetwork net, Node from, String address) throws IOException {
            output = net.directory().resolve("pings");
            List<String> command = new ArrayList<>(
                    TestNetwork.inNamespace(from.namespace(), "ping", "-n", "-i", "0.02", "-W", "20", address));
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            net.killAtEnd(process);
        }

        private String output() throws IOException {
            return Files.readString(output, StandardCharsets.UTF_8);
        }

        /** Waits for this number of further replies. */
        void await(int replies) {
            long wanted = replies() + replies;
            Await.within(TIMEOUT, () -> wanted + " replies, not " + replies(), () -> replies() >= wanted);
        }

        private long replies() {
            try {
                return output().lines()
                        .filter(line -> line.contains("icmp_seq="))
                        .count();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        void assertNoneLost() throws IOException, InterruptedException {
            // SIGINT makes ping print its statistics.
            Command.expect("kill", "-INT", Long.toString(process.pid()));
            assertTrue(process.waitFor(60, TimeUnit.SECONDS));
            PingReport.assertNoneLost(output());
        }
    }

    private static String index(Node node) {
        return node.ip("-o", "link", "show", "eth0").split(":", 2)[0];
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    void knownTrafficGoesOnWhileTheDaemonIsKilledAndStartsAgain(Io io) throws Exception {
        try (var net = new TestNetwork()) {
            Node a = vethNode(net, 1);
            Node b = vethNode(net, 2);
            RunningDaemon daemon = net.start(io);
            FastPathSupport.requireTcx(daemon);
            a.ping("198.18.0.2");
            awaitStations(daemon, 2);
            String before = index(a);
            Pings pings = new Pings(net, a, "198.18.0.2");
            pings.await(20);
            daemon.kill();
            // The pings outlast the validity of the heartbeat. After that, ARP between the two nodes is fast.
            pings.await(250);
            RunningDaemon next = net.restartAfterKill();
            next.awaitPortsUp(2);
            awaitStations(next, 2);
            pings.await(50);
            pings.assertNoneLost();
            assertEquals(before, index(a), "the interface is the same");
            assertEquals("a", next.portOf(a.mac()));
            assertEquals("b", next.portOf(b.mac()));
            b.ip("neigh", "flush", "all");
            b.ping("198.18.0.1");
            next.stop();
            assertFalse(a.hasDevice());
            assertFalse(b.hasDevice());
            assertFalse(Files.exists(net.directory().resolve("state/switch-namespace")));
        }
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    void aHandOverLosesNothingAndKeepsTheStations(Io io) throws Exception {
        try (var net = new TestNetwork()) {
            Node a = vethNode(net, 1);
            vethNode(net, 2);
            RunningDaemon daemon = net.start(io);
            FastPathSupport.requireTcx(daemon);
            a.ping("198.18.0.2");
            awaitStations(daemon, 2);
            String before = index(a);
            Pings pings = new Pings(net, a, "198.18.0.2");
            pings.await(20);
            daemon.handOver();
            pings.await(50);
            assertEquals(before, index(a), "the interface is the same");
            awaitStations(daemon, 2);
            daemon.handOver();
            pings.await(50);
            pings.assertNoneLost();
            daemon.stop();
            assertFalse(a.hasDevice());
            assertFalse(Files.exists(net.directory().resolve("state/switch-namespace")));
        }
    }

    @Test
    void aPortThatIsNoLongerConfiguredAfterAKillIsRemoved() throws Exception {
        try (var net = new TestNetwork()) {
            Node a = vethNode(net, 1);
            Node b = vethNode(net, 2);
            Node c = vethNode(net, 3);
            RunningDaemon daemon = net.start(Io.EPOLL);
            FastPathSupport.requireTcx(daemon);
            a.ping("198.18.0.2");
            c.ping("198.18.0.2");
            awaitStations(daemon, 3);
            daemon.kill();
            assertTrue(c.hasDevice());
            Files.writeString(
                    daemon.config(),
                    daemon.yaml().replace(c.yaml() + "        kind: veth\n", "").replace(c.yaml(), ""));
            RunningDaemon next = net.restartAfterKill();
            next.awaitPortsUp(2);
            Await.within(TIMEOUT, () -> "c is removed", () -> !c.hasDevice());
            awaitStations(next, 2);
            a.ping("198.18.0.2");
            assertNotEquals("", index(b));
        }
    }

    @Test
    void aReloadThatChangesNothingOfAPortKeepsItsTraffic() throws Exception {
        try (var net = new TestNetwork()) {
            Node a = vethNode(net, 1);
            vethNode(net, 2);
            RunningDaemon daemon = net.start(Io.EPOLL);
            FastPathSupport.requireTcx(daemon);
            a.ping("198.18.0.2");
            awaitStations(daemon, 2);
            Pings pings = new Pings(net, a, "198.18.0.2");
            pings.await(20);
            Files.writeString(daemon.config(), daemon.yaml().replace("  lan:\n", "  lan:\n    arp: reply\n"));
            assertEquals(200, daemon.api().send("POST", "/v1/reload", "").status());
            pings.await(20);
            pings.assertNoneLost();
            assertEquals(2, stations(daemon));
        }
    }
}
