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

/** A node that says that it has another's address, and one that really takes it over. The kernel's own stacks are the nodes. */
@Timeout(400)
class AddressGuardIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Duration QUIET = Duration.ofMillis(300);
    private static final String B = "198.18.0.2";
    private static final String B6 = "fd00:7a::2";
    private static final String B6_HEX = "fd00007a000000000000000000000002";

    @ParameterizedTest
    @CsvSource({"direct,IO_URING,2", "reply,EPOLL,1", "flood,EPOLL,1"})
    void forgedArpNeverLeadsToTheLiarAndTheConflictIsCountedAndLogged(String mode, Io io, int workers) {
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
            assertEquals(0, atC.count(AddressGuardIT::isPing, QUIET), "pings that reached the liar");
            assertEquals(0, atA.count(claimOf(c), QUIET), "forged frames that reached a");
            assertEquals(80, daemon.drops("c", "address-conflict"));
            assertEquals(b.mac(), daemon.macOf(B));
            Await.within(SOON, daemon::log, () -> daemon.log().contains("port c claims " + B));
            assertTrue(
                    daemon.log().lines().filter(line -> line.contains("claims")).count() < 40, daemon::log);
        }
    }

    @Test
    void forgedAdvertisementsNeverLeadToTheLiar() {
        try (var net = new TestNetwork()) {
            Node a = net.node("a", "fd00:7a::1/64");
            Node b = net.node("b", B6 + "/64");
            Node c = net.node("c");
            RunningDaemon daemon = net.start(Io.EPOLL);
            a.pingWithin(SOON, B6);
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
    void anAddressMovesWhenItsOwnersInterfaceIsDownAndASuccessorAnnouncesItOnce(String mode, Io io, int workers) {
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
                    SOON,
                    () -> a.ip("neigh", "show", B) + daemon.log(),
                    () -> a.ip("neigh", "show", B).contains(c.mac()));
            a.ping(B);
            assertEquals(c.mac(), daemon.macOf(B));
        }
    }

    /** As keepalived does without virtual MACs: a few announcements at once, and no more. The owner's link stays up. */
    @Test
    void anAddressMovesWhenItsOwnerGivesItUpAndOthersCachesFollow() {
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
            long began = System.nanoTime();
            for (int i = 0; i < 5; i++) atC.send(announcement);
            assertEquals(1, atA.receive(equalTo(announcement), 1, SOON).size(), daemon::log);
            System.out.printf("measured: an address moved after %d ms%n", (System.nanoTime() - began) / 1_000_000);
            a.ping(B);
            assertTrue(a.ip("neigh", "show", B).contains(c.mac()));
            Await.within(SOON, daemon::log, () -> daemon.log().contains("port c has taken over " + B));
        }
    }

    @Test
    void theSwitchsProbeReachesTheOwnerOnly() {
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
            byte[] first = atB.receive(probe, 1, SOON).getFirst();
            assertTrue((first[6] & 3) == 2, "from a locally administered MAC");
            Predicate<byte[]> answer = frame -> Frames.hasAt(frame, 12, "0806") && Frames.hasAt(frame, 20, "0002");
            assertEquals(0, atA.count(answer.or(probe), QUIET));
            assertEquals(0, atC.count(answer.or(probe), QUIET));
            assertEquals("b", daemon.portOf(b.mac()));
            assertFalse(b.ip("neigh").contains("%02x:%02x:".formatted(first[6], first[7])), "it entered no cache");
        }
    }

    @Test
    void aBoundAddressIsItsOwnersAndItsOwnerAloneIsAsked() {
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
            // Also when it is silent.
            b.ip("addr", "flush", "dev", "eth0");
            a.ip("neigh", "flush", "all");
            a.tryExec(Duration.ofSeconds(10), "ping", "-n", "-c", "3", "-W", "1", B);
            assertEquals(0, atC.count(isArpRequest(a.mac(), B).or(AddressGuardIT::isPing), QUIET));
        }
    }

    private static boolean isPing(byte[] frame) {
        return Frames.hasAt(frame, 12, "0800") && Frames.hasAt(frame, 23, "01");
    }

    private static Predicate<byte[]> claimOf(Node node) {
        return frame -> Frames.hasAt(frame, 12, "0806") && Frames.hasAt(frame, 22, node.mac());
    }
}
