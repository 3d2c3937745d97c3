package dev.tapswitch.e2e;

import static dev.tapswitch.e2e.testbed.Frames.arp;
import static dev.tapswitch.e2e.testbed.Frames.arpRequest;
import static dev.tapswitch.e2e.testbed.Frames.equalTo;
import static dev.tapswitch.e2e.testbed.Frames.isArpRequest;
import static dev.tapswitch.e2e.testbed.Frames.isSolicitation;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.Command;
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
import org.junit.jupiter.params.provider.ValueSource;

/** ARP-aware flooding (RFC 826, RFC 5227) and its counterpart for IPv6 (RFC 4861, RFC 4862). The nodes use the kernel's network stacks. */
@Timeout(400)
class NeighbourIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Duration QUIET_PERIOD = Duration.ofMillis(400);
    private static final String FD2 = "fd00007a000000000000000000000002";

    @ParameterizedTest
    @EnumSource(Io.class)
    void aRequestForAKnownNeighbourGoesToItsPortOnly(Io io) {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a", "198.18.0.1/24");
            Node b = net.quietNode("b", "198.18.0.2/24");
            Node c = net.quietNode("c", "198.18.0.3/24");
            RunningDaemon daemon = net.start(io);
            RawSocket atB = b.raw();
            RawSocket atC = c.raw();
            a.ping("198.18.0.2"); // the first request is flooded
            assertEquals(1, atC.count(isArpRequest(a.mac(), "198.18.0.2"), QUIET_PERIOD));
            for (int i = 0; i < 3; i++) {
                a.ip("neigh", "flush", "all");
                a.ping("198.18.0.2");
            }
            assertEquals(0, atC.count(isArpRequest(a.mac(), "198.18.0.2"), QUIET_PERIOD));
            assertEquals(4, atB.count(isArpRequest(a.mac(), "198.18.0.2"), QUIET_PERIOD));
            assertEquals(3, daemon.count("a", "arp-directed"));
        }
    }

    @Test
    void inReplyModeTheSwitchRepliesAndTheNeighbourReceivesNoRequest() {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a", "198.18.0.1/24");
            Node b = net.quietNode("b", "198.18.0.2/24");
            RunningDaemon daemon = net.start(Io.EPOLL, "arp: reply");
            RawSocket atB = b.raw();
            a.ping("198.18.0.2");
            assertEquals(1, atB.count(isArpRequest(a.mac(), "198.18.0.2"), QUIET_PERIOD));
            a.ip("neigh", "flush", "all");
            a.ping("198.18.0.2");
            assertEquals(0, atB.count(isArpRequest(a.mac(), "198.18.0.2"), QUIET_PERIOD));
            assertTrue(daemon.count("a", "arp-replied") >= 1);
            assertTrue(a.ip("neigh", "show", "198.18.0.2").contains(b.mac()));
        }
    }

    @Test
    void inFloodModeEveryNodeReceivesEveryRequest() {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a", "198.18.0.1/24");
            net.quietNode("b", "198.18.0.2/24");
            Node c = net.quietNode("c", "198.18.0.3/24");
            RunningDaemon daemon = net.start(Io.EPOLL, "arp: flood");
            RawSocket atC = c.raw();
            for (int i = 0; i < 3; i++) {
                a.ping("198.18.0.2");
                a.ip("neigh", "flush", "all");
            }
            assertEquals(3, atC.count(isArpRequest(a.mac(), "198.18.0.2"), QUIET_PERIOD));
            assertEquals(0, daemon.count("a", "arp-directed"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"direct", "reply", "flood"})
    void aGratuitousArpReachesAllPortsAndMovesTheAddress(String mode) {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a", "198.18.0.1/24");
            Node b = net.quietNode("b", "198.18.0.2/24");
            Node c = net.quietNode("c");
            RunningDaemon daemon = net.start(Io.EPOLL, "arp: " + mode);
            RawSocket atA = a.raw();
            RawSocket atB = b.raw();
            RawSocket atC = c.raw();
            a.ping("198.18.0.2");
            // c takes over b's address, as a virtual router does.
            // RFC 5227 3: an announcement may be a request or a reply.
            b.ip("addr", "del", "198.18.0.2/24", "dev", "eth0");
            byte[] asRequest = arpRequest(c.mac(), "198.18.0.2", "198.18.0.2");
            atC.send(asRequest);
            assertEquals(1, atA.receive(equalTo(asRequest), 1, TIMEOUT).size());
            assertEquals(1, atB.receive(equalTo(asRequest), 1, TIMEOUT).size());
            assertEquals(c.mac(), daemon.macOf("198.18.0.2"));
            byte[] asReply = arp(2, Frames.BROADCAST, c.mac(), "198.18.0.2", Frames.BROADCAST, "198.18.0.2");
            atC.send(asReply);
            assertEquals(1, atA.receive(equalTo(asReply), 1, TIMEOUT).size());
            assertEquals(1, atB.receive(equalTo(asReply), 1, TIMEOUT).size());
            c.ip("addr", "add", "198.18.0.2/24", "dev", "eth0");
            a.ip("neigh", "flush", "all");
            a.ping("198.18.0.2");
            assertTrue(a.ip("neigh", "show", "198.18.0.2").contains(c.mac()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"direct", "reply", "flood"})
    void duplicateAddressesAreDetectedAndProbesAreNotLearned(String mode) {
        assumeTrue(Command.exists("arping"), "needs arping");
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a", "198.18.0.1/24");
            net.quietNode("b", "198.18.0.2/24");
            Node c = net.quietNode("c");
            RunningDaemon daemon = net.start(Io.EPOLL, "arp: " + mode);
            a.ping("198.18.0.2");
            assertEquals(1, probe(c, "198.18.0.2"), "the address is in use, and in the neighbour table");
            daemon.api().delete("/v1/switches/lan/neighbours");
            assertEquals(1, probe(c, "198.18.0.2"), "the address is in use, and not in the neighbour table");
            assertEquals(0, probe(c, "198.18.0.77"), "the address is free");
            assertEquals("", daemon.macOf("0.0.0.0"));
            assertEquals("", daemon.macOf("198.18.0.77"));
        }
    }

    /** The exit code of arping -D: 0 if the address is free, 1 if a station uses it. */
    private static int probe(Node node, String address) {
        return node.tryExec(Duration.ofSeconds(60), "arping", "-q", "-D", "-c", "2", "-I", "eth0", address)
                .exitCode();
    }

    @Test
    void requestsForUnknownTargetsAreLimitedPerPort() {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a");
            Node b = net.quietNode("b");
            RunningDaemon daemon = net.start(Io.EPOLL, "unknown-arp-rate: 50");
            RawSocket atA = a.raw();
            RawSocket atB = b.raw();
            long start = System.nanoTime();
            for (int i = 0; i < 1_000; i++) {
                atA.send(arpRequest(a.mac(), "198.18.0.1", "198.18.%d.%d".formatted(1 + i / 250, 1 + i % 250)));
                if (i % 200 != 199) continue;
                // The device's queue holds about 500 frames, so the test waits until these are read.
                long sent = i + 1L;
                Await.within(
                        TIMEOUT,
                        () -> sent + " frames are read: " + daemon.port("a"),
                        () -> daemon.count("a", "rx-frames") >= sent);
            }
            long seconds = 1 + (System.nanoTime() - start) / 1_000_000_000;
            int flooded = atB.count(frame -> Frames.hasAt(frame, 12, "0806"), QUIET_PERIOD);
            assertTrue(
                    flooded >= 40 && flooded <= 50 * (1 + seconds),
                    () -> flooded + " requests were flooded in " + seconds + " s");
            assertEquals(1_000 - flooded, daemon.drops("a", "arp-rate"));
        }
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    void aSolicitationForAKnownNeighbourGoesToItsPortOnly(Io io) {
        try (var net = new TestNetwork()) {
            Node a = net.node("a", "fd00:7a::1/64");
            Node b = net.node("b", "fd00:7a::2/64");
            Node c = net.node("c", "fd00:7a::3/64");
            RunningDaemon daemon = net.start(io);
            a.pingWithin(Duration.ofSeconds(60), "fd00:7a::2");
            RawSocket atB = b.raw();
            RawSocket atC = c.raw();
            for (int i = 0; i < 3; i++) {
                a.ip("-6", "neigh", "flush", "dev", "eth0");
                a.ping("fd00:7a::2");
            }
            assertEquals(0, atC.count(isSolicitation(FD2), QUIET_PERIOD));
            assertNotEquals(0, atB.count(isSolicitation(FD2), QUIET_PERIOD));
            assertTrue(daemon.count("a", "arp-directed") >= 3);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"direct", "reply", "flood"})
    void aDuplicateIpv6AddressIsDetected(String mode) {
        try (var net = new TestNetwork()) {
            Node a = net.node("a", "fd00:7a::1/64");
            net.node("b", "fd00:7a::2/64");
            Node c = net.node("c", "fd00:7a::3/64");
            net.start(Io.EPOLL, "arp: " + mode);
            a.pingWithin(Duration.ofSeconds(60), "fd00:7a::2");
            c.ip("-6", "addr", "add", "fd00:7a::2/64", "dev", "eth0");
            Await.within(
                    Duration.ofSeconds(60),
                    () -> "c detects the duplicate: " + c.ip("-6", "addr"),
                    () -> c.ip("-6", "addr").contains("dadfailed"));
            a.ping("fd00:7a::2");
        }
    }
}
