package dev.tapswitch.e2e;

import static dev.tapswitch.e2e.testbed.Frames.BROADCAST;
import static dev.tapswitch.e2e.testbed.Frames.EXPERIMENTAL_ETHERTYPE;
import static dev.tapswitch.e2e.testbed.Frames.equalTo;
import static dev.tapswitch.e2e.testbed.Frames.frame;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.Frames;
import dev.tapswitch.e2e.testbed.Io;
import dev.tapswitch.e2e.testbed.Node;
import dev.tapswitch.e2e.testbed.RawSocket;
import dev.tapswitch.e2e.testbed.RunningDaemon;
import dev.tapswitch.e2e.testbed.TestNetwork;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The MAC table: learning, moves, ageing, static entries, limits, flushing. */
@Timeout(400)
class LearningIT {
    private static final String X = "02:00:5e:00:00:01";
    private static final String Y = "02:00:5e:00:00:02";
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Duration QUIET_PERIOD = Duration.ofMillis(300);

    @ParameterizedTest
    @EnumSource(Io.class)
    void aMacSeenOnAnotherPortMovesAtOnce(Io io) {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a");
            Node b = net.quietNode("b");
            Node c = net.quietNode("c");
            RunningDaemon daemon = net.start(io);
            RawSocket atA = a.raw();
            RawSocket atB = b.raw();
            RawSocket atC = c.raw();
            atA.send(frame(BROADCAST, X, EXPERIMENTAL_ETHERTYPE));
            assertEquals(1, atC.receive(Frames.sentFrom(X), 1, TIMEOUT).size());
            assertEquals("a", daemon.portOf(X));
            byte[] first = frame(X, Y, EXPERIMENTAL_ETHERTYPE, "01");
            atB.send(first);
            assertEquals(1, atA.receive(equalTo(first), 1, TIMEOUT).size());
            assertEquals(0, atC.count(equalTo(first), QUIET_PERIOD));
            // The 03 distinguishes this frame from the one that a sent, which may still be in b's socket.
            byte[] moving = frame(BROADCAST, X, EXPERIMENTAL_ETHERTYPE, "03");
            atC.send(moving);
            assertEquals(1, atB.receive(equalTo(moving), 1, TIMEOUT).size());
            assertEquals("c", daemon.portOf(X));
            assertEquals(1, daemon.count("c", "moved"));
            byte[] second = frame(X, Y, EXPERIMENTAL_ETHERTYPE, "02");
            atB.send(second);
            assertEquals(1, atC.receive(equalTo(second), 1, TIMEOUT).size());
            assertEquals(0, atA.count(equalTo(second), QUIET_PERIOD));
        }
    }

    @Test
    void framesToAnAgedOutMacAreFloodedAgain() {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a");
            Node b = net.quietNode("b");
            Node c = net.quietNode("c");
            RunningDaemon daemon = net.start(Io.EPOLL, "ageing: 5s");
            RawSocket atA = a.raw();
            RawSocket atB = b.raw();
            RawSocket atC = c.raw();
            atA.send(frame(BROADCAST, X, EXPERIMENTAL_ETHERTYPE));
            assertEquals(1, atC.receive(Frames.sentFrom(X), 1, TIMEOUT).size());
            assertEquals("a", daemon.portOf(X));
            Await.within(
                    Duration.ofSeconds(60),
                    () -> X + " is aged out: " + daemon.macs(),
                    () -> daemon.portOf(X).isEmpty());
            byte[] frame = frame(X, Y, EXPERIMENTAL_ETHERTYPE, "03");
            atB.send(frame);
            assertEquals(1, atA.receive(equalTo(frame), 1, TIMEOUT).size());
            assertEquals(1, atC.receive(equalTo(frame), 1, TIMEOUT).size());
        }
    }

    @Test
    void aStaticEntryNeitherMovesNorAges() {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a");
            Node b = net.quietNode("b");
            Node c = net.quietNode("c");
            RunningDaemon daemon =
                    net.start(Io.EPOLL, "ageing: 1s", "static-macs:", "  - {mac: \"" + X + "\", port: a}");
            RawSocket atA = a.raw();
            RawSocket atB = b.raw();
            RawSocket atC = c.raw();
            byte[] spoofed = frame(BROADCAST, X, EXPERIMENTAL_ETHERTYPE, "04");
            atC.send(spoofed);
            assertEquals(0, atB.count(equalTo(spoofed), QUIET_PERIOD));
            assertEquals(1, daemon.drops("c", "static-elsewhere"));
            // A dynamic entry that is learned now ages out; the static one must not.
            atC.send(frame(BROADCAST, Y, EXPERIMENTAL_ETHERTYPE));
            assertEquals(1, atB.receive(Frames.sentFrom(Y), 1, TIMEOUT).size());
            Await.within(
                    TIMEOUT,
                    () -> Y + " is aged out: " + daemon.macs(),
                    () -> daemon.portOf(Y).isEmpty());
            assertEquals("a", daemon.portOf(X));
            byte[] frame = frame(X, Y, EXPERIMENTAL_ETHERTYPE, "05");
            atB.send(frame);
            assertEquals(1, atA.receive(equalTo(frame), 1, TIMEOUT).size());
            assertEquals(0, atC.count(equalTo(frame), QUIET_PERIOD));
        }
    }

    @Test
    void aPortAtItsLearningLimitForwardsWithoutLearningOrDropsAsConfigured() {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a").with("learning-limit: 5");
            Node b = net.quietNode("b");
            Node c = net.quietNode("c").with("learning-limit: 5").with("beyond-limit: drop");
            RunningDaemon daemon = net.start(Io.EPOLL);
            RawSocket atA = a.raw();
            RawSocket atB = b.raw();
            RawSocket atC = c.raw();
            for (int i = 0; i < 20; i++) {
                atA.send(frame(BROADCAST, "02:00:5e:00:01:%02x".formatted(i), EXPERIMENTAL_ETHERTYPE, "0a"));
                atC.send(frame(BROADCAST, "02:00:5e:00:02:%02x".formatted(i), EXPERIMENTAL_ETHERTYPE, "0c"));
            }
            assertEquals(
                    25,
                    atB.receive(f -> Frames.hasAt(f, 12, EXPERIMENTAL_ETHERTYPE), 25, TIMEOUT)
                            .size());
            assertEquals(0, atB.count(f -> Frames.hasAt(f, 12, EXPERIMENTAL_ETHERTYPE), QUIET_PERIOD));
            assertEquals(5, daemon.port("a").required("macs").asInt());
            assertEquals(5, daemon.port("c").required("macs").asInt());
            assertEquals(15, daemon.count("a", "not-learned-limit"));
            assertEquals(15, daemon.drops("c", "port-limit"));
        }
    }

    @Test
    void theSameMacInTwoVlansHasTwoEntriesAndNeverMoves() {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a");
            Node b = net.quietNode("b");
            RunningDaemon daemon = net.start(Io.EPOLL);
            RawSocket atA = a.raw();
            RawSocket atB = b.raw();
            for (int i = 0; i < 5; i++) {
                atA.send(frame(BROADCAST, X, "8100 0064", EXPERIMENTAL_ETHERTYPE));
                atB.send(frame(BROADCAST, X, "8100 00c8", EXPERIMENTAL_ETHERTYPE));
            }
            assertEquals(5, atB.receive(Frames.sentFrom(X), 5, TIMEOUT).size());
            assertEquals(0, daemon.count("a", "moved") + daemon.count("b", "moved"));
            assertEquals(2, daemon.macs().size());
        }
    }

    @Test
    void flushedEntriesAreGoneAtOnce() {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a");
            Node b = net.quietNode("b");
            RunningDaemon daemon = net.start(Io.EPOLL);
            RawSocket atA = a.raw();
            RawSocket atB = b.raw();
            atA.send(frame(BROADCAST, X, EXPERIMENTAL_ETHERTYPE));
            atB.send(frame(BROADCAST, Y, EXPERIMENTAL_ETHERTYPE));
            assertEquals(1, atB.receive(Frames.sentFrom(X), 1, TIMEOUT).size());
            assertEquals(1, atA.receive(Frames.sentFrom(Y), 1, TIMEOUT).size());
            daemon.api().delete("/v1/switches/lan/macs?port=a");
            assertEquals("", daemon.portOf(X));
            assertEquals("b", daemon.portOf(Y));
            daemon.api().delete("/v1/switches/lan/macs");
            assertEquals("", daemon.portOf(Y));
        }
    }
}
