package dev.tapswitch.e2e;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.BackgroundLoop;
import dev.tapswitch.e2e.testbed.FrameGenerator;
import dev.tapswitch.e2e.testbed.Frames;
import dev.tapswitch.e2e.testbed.Io;
import dev.tapswitch.e2e.testbed.LatencyProbe;
import dev.tapswitch.e2e.testbed.Node;
import dev.tapswitch.e2e.testbed.RawSocket;
import dev.tapswitch.e2e.testbed.RunningDaemon;
import dev.tapswitch.e2e.testbed.TestNetwork;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A port does not delay other ports by what it sends or by what happens to it: broadcast storms, flapping, deletion, many ports in one namespace. */
@Timeout(400)
class DisturbanceIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int PORTS = 50;

    @ParameterizedTest
    @EnumSource(Io.class)
    void aBroadcastStormDoesNotDelayOtherPortsAndExcessFramesAreCounted(Io io) {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a", "198.18.0.1/24");
            net.quietNode("b", "198.18.0.2/24");
            Node storm = net.quietNode("storm");
            String rest = net.quietNamespace("rest");
            for (int i = 3; i < PORTS; i++) net.portIn(rest, "p" + i);
            RunningDaemon daemon = net.start(io);
            a.ping("198.18.0.2");
            try (var _ = new FrameGenerator(
                    storm, Frames.frame(Frames.BROADCAST, storm.mac(), Frames.EXPERIMENTAL_ETHERTYPE), 0)) {
                Await.within(
                        TIMEOUT,
                        () -> "excess frames are counted: " + daemon.port("storm"),
                        () -> daemon.drops("storm", "flood-limit") > 0);
                new LatencyProbe(a, "198.18.0.2").assertLowLatency("a broadcast storm, " + io);
                long before = daemon.count("p9", "tx-frames");
                Await.within(
                        TIMEOUT, () -> "the storm is still flooded", () -> daemon.count("p9", "tx-frames") > before);
            }
            // The port of the storm is still read.
            storm.ip("addr", "add", "198.18.0.3/24", "dev", "eth0");
            storm.pingWithin(TIMEOUT, "198.18.0.1");
        }
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    void multicastOfManyPortsInOneNamespaceDoesNotDelayOtherPorts(Io io) {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a", "198.18.0.1/24");
            net.quietNode("b", "198.18.0.2/24");
            String shared = net.namespace("shared");
            for (int i = 2; i < 200; i++) net.portIn(shared, "p" + i);
            net.start(io);
            a.pingWithin(TIMEOUT, "198.18.0.2");
            new LatencyProbe(a, "198.18.0.2").assertLowLatency("the start of 198 ports in one namespace, " + io);
        }
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    void anInterfaceThatFlapsContinuouslyDoesNotDelayOtherPorts(Io io) {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a", "198.18.0.1/24");
            net.quietNode("b", "198.18.0.2/24");
            Node flapping = net.node("flapping", "198.18.0.3/24");
            RunningDaemon daemon = net.start(io);
            a.ping("198.18.0.2");
            Process flaps =
                    flapping.start("sh", "-c", "while ip link set eth0 down && ip link set eth0 up; do :; done");
            try (var _ = new FrameGenerator(
                    a, Frames.frame(flapping.mac(), a.mac(), Frames.EXPERIMENTAL_ETHERTYPE), 10_000)) {
                new LatencyProbe(a, "198.18.0.2").assertLowLatency("flapping, " + io);
                assertTrue(flaps.isAlive());
            }
            flaps.destroyForcibly();
            Await.within(TIMEOUT, () -> "the shell ends", () -> !flaps.isAlive());
            flapping.ip("link", "set", "eth0", "up");
            daemon.awaitPortState("flapping", TIMEOUT, "up");
            a.pingWithin(TIMEOUT, "198.18.0.3");
        }
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    void portsDeletedUnderTrafficDoNotDelayOtherPorts(Io io) {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a", "198.18.0.1/24");
            net.quietNode("b", "198.18.0.2/24");
            Node deleted = new Node(net, "deleted", net.quietNamespace("deleted"), "eth0", 9, List.of());
            RunningDaemon daemon = net.start(io);
            a.ping("198.18.0.2");
            AtomicInteger rounds = new AtomicInteger();
            try (var _ = new BackgroundLoop("deleting", () -> deleteAndAddAgain(daemon, deleted, rounds));
                    var _ = new FrameGenerator(
                            a, Frames.frame(deleted.mac(), a.mac(), Frames.EXPERIMENTAL_ETHERTYPE), 10_000)) {
                int before = rounds.get();
                new LatencyProbe(a, "198.18.0.2").assertLowLatency("ports added and deleted, " + io);
                assertTrue(rounds.get() > before, "no port was deleted during the pings");
            }
        }
    }

    private static void deleteAndAddAgain(RunningDaemon daemon, Node deleted, AtomicInteger rounds) {
        daemon.api().post("/v1/switches/lan/ports", """
                {"name":"deleted","namespace":"%s","device":"eth0","mac":"%s"}
                """.formatted(deleted.namespace(), deleted.mac()));
        deleted.callInNamespace(() -> {
            try (RawSocket raw = RawSocket.on("eth0")) {
                raw.send(Frames.frame(Frames.BROADCAST, deleted.mac(), Frames.EXPERIMENTAL_ETHERTYPE));
            }
            return deleted;
        });
        daemon.api().delete("/v1/switches/lan/ports/deleted");
        rounds.incrementAndGet();
    }
}
