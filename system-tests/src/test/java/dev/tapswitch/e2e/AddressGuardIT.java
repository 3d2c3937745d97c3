package dev.tapswitch.e2e;

import static dev.tapswitch.e2e.testbed.Frames.arp;
import static dev.tapswitch.e2e.testbed.Frames.arpRequest;
import static dev.tapswitch.e2e.testbed.Frames.equalTo;
import static dev.tapswitch.e2e.testbed.Frames.isArpRequest;
import static dev.tapswitch.e2e.testbed.Frames.neighbourAdvertisement;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.Frames;
import dev.tapswitch.e2e.testbed.Io;
import dev.tapswitch.e2e.testbed.Node;
import dev.tapswitch.e2e.testbed.RawSocket;
import dev.tapswitch.e2e.testbed.RunningDaemon;
import dev.tapswitch.e2e.testbed.TestNetwork;
import java.time.Duration;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests nodes that claim the address of another node, and nodes that take over an address. The nodes use the kernel's network stacks. */
@Timeout(400)
class AddressGuardIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Duration QUIET_PERIOD = Duration.ofMillis(300);
    private static final String B = "198.18.0.2";
    private static final String B6 = "fd00:7a::2";
    private static final String B6_HEX = "fd00007a000000000000000000000002";

    @ParameterizedTest
    @CsvSource({"direct,IO_URING,2", "reply,EPOLL,1", "flood,EPOLL,1"})
    void forgedArpNeverRedirectsTrafficAndTheConflictIsCountedAndLogged(String mode, Io io, int workers) {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a", "198.18.0.1/24");
            Node b = net.quietNode("b", B + "/24");
            Node c = net.quietNode("c");
            RunningDaemon daemon = net.start(io, workers, "arp: " + mode);
            a.ping(B);
            RawSocket atC = c.raw();
            RawSocket atA = a.raw();
            for (int i = 0; i < 20; i++) {
                atC.send(arpRequest(c.mac(), B, B));
                atC.send(arp(2, Frames.BROADCAST, c.mac(), B, Frames.BROADCAST, B));
                atC.send(arp(2, a.mac(), c.mac(), B, a.mac(), "198.18.0.1"));
                atC.send(arpRequest(c.mac(), B, "198.18.0.1"));
                a.ip("neigh", "flush", "all");
                a.exec("ping", "-n", "-c", "1", "-W", "5", B);
                assertTrue(a.ip("neigh", "show", B).contains(b.mac()), () -> a.ip("neigh", "show", B) + net.counters());
            }
            assertEquals(0, atC.count(AddressGuardIT::isPing, QUIET_PERIOD), "pings that reached the forger");
            assertEquals(0, atA.count(claimFrom(c), QUIET_PERIOD), "forged frames that reached a");
            assertEquals(80, daemon.drops("c", "address-conflict"));
            assertEquals(b.mac(), daemon.macOf(B));
            Await.within(TIMEOUT, daemon::log, () -> daemon.log().contains("port c claims " + B));
            assertTrue(
                    daemon.log().lines().filter(line -> line.contains("claims")).count() < 40, daemon::log);
        }
    }

    @Test
    void forgedNeighbourAdvertisementsNeverRedirectTraffic() {
        try (var net = new TestNetwork()) {
            Node a = net.node("a", "fd00:7a::1/64");
            Node b = net.node("b", B6 + "/64");
            Node c = net.node("c");
            RunningDaemon daemon = net.start(Io.EPOLL);
            a.pingWithin(TIMEOUT, B6);
            RawSocket atC = c.raw();
            for (int i = 0; i < 20; i++) {
                atC.send(neighbourAdvertisement(c.mac(), B6_HEX));
                a.exec("ping", "-n", "-c", "1", "-W", "5", B6);
                assertTrue(a.ip("neigh", "show", B6).contains(b.mac()), () -> a.ip("neigh", "show", B6));
                if (i % 5 == 0) a.ip("-6", "neigh", "flush", "dev", "eth0");
            }
            assertEquals(20, daemon.drops("c", "address-conflict"));
            assertEquals(b.mac(), daemon.macOf(B6));
        }
    }

    @ParameterizedTest
    @CsvSource({"direct,IO_URING,2", "reply,EPOLL,1"})
    void anAddressMovesWhenItsOwnersInterfaceIsDownAndAnotherNodeAnnouncesItOnce(String mode, Io io, int workers) {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a", "198.18.0.1/24");
            Node b = net.quietNode("b", B + "/24");
            Node c = net.quietNode("c");
            RunningDaemon daemon = net.start(io, workers, "arp: " + mode);
            a.ping(B);
            b.ip("link", "set", "eth0", "down");
            c.ip("addr", "add", B + "/24", "dev", "eth0");
            c.raw().send(arpRequest(c.mac(), B, B));
            Await.within(
                    TIMEOUT,
                    () -> a.ip("neigh", "show", B) + daemon.log(),
                    () -> a.ip("neigh", "show", B).contains(c.mac()));
            a.ping(B);
            assertEquals(c.mac(), daemon.macOf(B));
        }
    }

    /** Keepalived moves an address in this way when it has no virtual MACs: it sends a few announcements at once. The link of the previous owner stays up. */
    @Test
    void anAddressMovesWhenItsOwnerReleasesItAndOtherNodesUpdateTheirCaches() {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a", "198.18.0.1/24");
            Node b = net.quietNode("b", B + "/24");
            Node c = net.quietNode("c");
            RunningDaemon daemon = net.start(Io.IO_URING);
            a.ping(B);
            RawSocket atA = a.raw();
            RawSocket atC = c.raw();
            byte[] announcement = arpRequest(c.mac(), B, B);
            b.ip("addr", "del", B + "/24", "dev", "eth0");
            c.ip("addr", "add", B + "/24", "dev", "eth0");
            long start = System.nanoTime();
            for (int i = 0; i < 5; i++) atC.send(announcement);
            assertEquals(1, atA.receive(equalTo(announcement), 1, TIMEOUT).size(), daemon::log);
            System.out.printf("measured: an address moved after %d ms%n", (System.nanoTime() - start) / 1_000_000);
            a.ping(B);
            assertTrue(a.ip("neigh", "show", B).contains(c.mac()));
            Await.within(TIMEOUT, daemon::log, () -> daemon.log().contains("port c has taken over " + B));
        }
    }

    @Test
    void theProbeOfTheSwitchReachesTheOwnerOnly() {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a", "198.18.0.1/24");
            Node b = net.quietNode("b", B + "/24");
            Node c = net.quietNode("c");
            RunningDaemon daemon = net.start(Io.EPOLL);
            a.ping(B);
            RawSocket atA = a.raw();
            RawSocket atB = b.raw();
            RawSocket atC = c.raw();
            atC.send(arpRequest(c.mac(), B, B));
            Predicate<byte[]> probe = frame -> isArpRequest(null, B).test(frame) && Frames.hasAt(frame, 28, "00000000");
            byte[] first = atB.receive(probe, 1, TIMEOUT).getFirst();
            assertTrue((first[6] & 3) == 2, "the probe comes from a locally administered MAC");
            Predicate<byte[]> reply = frame -> Frames.hasAt(frame, 12, "0806") && Frames.hasAt(frame, 20, "0002");
            assertEquals(0, atA.count(reply.or(probe), QUIET_PERIOD));
            assertEquals(0, atC.count(reply.or(probe), QUIET_PERIOD));
            assertEquals("b", daemon.portOf(b.mac()));
            assertFalse(
                    b.ip("neigh").contains("%02x:%02x:".formatted(first[6], first[7])),
                    "the MAC of the probe is in no neighbour cache");
        }
    }

    @Test
    void claimsOfABoundAddressAreDroppedAndOnlyItsOwnerReceivesRequests() {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a", "198.18.0.1/24");
            Node b = net.quietNode("b", B + "/24");
            Node c = net.quietNode("c");
            RunningDaemon daemon = net.start(
                    Io.EPOLL,
                    "neighbours: [{address: %s, mac: \"%s\"}]".formatted(B, b.mac()),
                    "static-macs: [{mac: \"%s\", port: b}]".formatted(b.mac()));
            RawSocket atC = c.raw();
            for (int i = 0; i < 20; i++) {
                atC.send(arpRequest(c.mac(), B, B));
                atC.send(arp(2, a.mac(), c.mac(), B, a.mac(), "198.18.0.1"));
                a.ip("neigh", "flush", "all");
                a.exec("ping", "-n", "-c", "1", "-W", "5", B);
                assertTrue(a.ip("neigh", "show", B).contains(b.mac()), () -> a.ip("neigh", "show", B));
            }
            assertEquals(40, daemon.drops("c", "address-bound"));
            // No other port receives requests or pings even when the owner does not respond.
            b.ip("addr", "flush", "dev", "eth0");
            a.ip("neigh", "flush", "all");
            a.tryExec(Duration.ofSeconds(10), "ping", "-n", "-c", "3", "-W", "1", B);
            assertEquals(0, atC.count(isArpRequest(a.mac(), B).or(AddressGuardIT::isPing), QUIET_PERIOD));
        }
    }

    private static boolean isPing(byte[] frame) {
        return Frames.hasAt(frame, 12, "0800") && Frames.hasAt(frame, 23, "01");
    }

    private static Predicate<byte[]> claimFrom(Node node) {
        return frame -> Frames.hasAt(frame, 12, "0806") && Frames.hasAt(frame, 22, node.mac());
    }
}
