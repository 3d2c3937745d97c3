package dev.tapswitch.core.bridge;

import static dev.tapswitch.core.frame.Frames.A;
import static dev.tapswitch.core.frame.Frames.B;
import static dev.tapswitch.core.frame.Frames.C;
import static dev.tapswitch.core.frame.Frames.IP_A;
import static dev.tapswitch.core.frame.Frames.IP_B;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.core.frame.ArpPacket;
import dev.tapswitch.core.frame.EtherType;
import dev.tapswitch.core.frame.Frames;
import dev.tapswitch.core.frame.NeighbourDiscovery;
import dev.tapswitch.core.net.MacAddress;
import dev.tapswitch.core.table.NeighbourTable;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Tests which claims of addresses are accepted. A is on port 0, B on port 1; C, the attacker or B's successor, is on port 2. */
class AddressGuardTest {
    private static final long V4 = 0xFFFF_0000_0000L;
    private static final int PERIOD_MS = 50;

    private long nowMs = 10_000_000;
    private LearningSwitch lan = lan(ArpMode.DIRECT);
    /** Stations that reply to probes, by port. */
    private final Map<Integer, Long> answering = new java.util.HashMap<>(Map.of(1, B));

    private final List<byte[]> released = new ArrayList<>();
    private int probes;

    @Test
    void forgedAnnouncementsRepliesAndRequestsAreHeldWhileTheOwnerReplies() {
        for (ArpMode mode : ArpMode.values()) {
            lan = lan(mode);
            released.clear();
            learnAandB();
            for (int i = 0; i < 20; i++) {
                assertHeld(Frames.gratuitousArp(C, IP_B));
                assertHeld(Frames.arpReply(C, IP_B, A, IP_A));
                assertHeld(Frames.arpRequest(C, IP_B, IP_A));
                pass(700);
            }
            assertEquals(B, ownerOfB(), mode.name());
            assertEquals(List.of(), released, mode.name());
        }
    }

    @Test
    void theOwnerReceivesAUnicastProbeThatEntersNoCache() {
        learnAandB();
        assertHeld(Frames.gratuitousArp(C, IP_B));
        ConflictStep.Probe probe = (ConflictStep.Probe) forwarder().nextStep(lan.snapshot(), nowMs);
        assertEquals(1, probe.port());
        assertArrayEquals(
                Frames.arp(B, ArpPacket.REQUEST, lan.mac(), 0, 0, IP_B), bytes(probe.frame(), probe.length()));
    }

    @Test
    void aClaimOfOnePortCausesAtMostTwoProbesASecond() {
        learnAandB();
        for (int i = 0; i < 1_000; i++) {
            assertHeld(Frames.gratuitousArp(C, IP_B));
            pass(10);
        }
        assertTrue(probes <= 20, probes + " probes in 10 s");
        assertEquals(1_000, lan.count(2, DropReason.ADDRESS_CONFLICT));
    }

    @Test
    void theReplyIsConsumedAndLearnedOnItsPort() {
        learnAandB();
        assertEquals(new Decision.Consume(), decide(1, Frames.arpReply(B, IP_B, lan.mac(), 0)));
        assertEquals(1, lan.macTable().lookup(B, 0, nowMs, 300_000));
        assertEquals(new Decision.Drop(DropReason.STATIC_ELSEWHERE), decide(2, Frames.unicast(A, lan.mac())));
        assertFalse(MacAddress.isMulticast(lan.mac()));
        assertTrue((lan.mac() >> 41 & 1) == 1, "locally administered");
    }

    @Test
    void aSilentOwnersAddressMovesWithinASecondAndTheClaimIsForwarded() {
        for (ArpMode mode : ArpMode.values()) {
            lan = lan(mode);
            released.clear();
            learnAandB();
            answering.remove(1);
            byte[] announcement = Frames.gratuitousArp(C, IP_B);
            assertHeld(announcement);
            assertHeld(Frames.arpRequest(C, IP_B, IP_A));
            pass(600);
            assertEquals(C, ownerOfB());
            assertEquals(1, released.size());
            assertArrayEquals(announcement, released.getFirst());
            assertEquals(AddressClaim.Outcome.MOVED, lan.takeClaims().getFirst().outcome());
            assertFalse(forwarder().hasConflicts());
        }
    }

    @Test
    void anAddressThatIsGivenUpAfterAReplyMovesWithinASecond() {
        learnAandB();
        assertHeld(Frames.gratuitousArp(C, IP_B));
        pass(150); // B still replies
        assertEquals(B, ownerOfB());
        answering.remove(1);
        pass(850);
        assertEquals(C, ownerOfB());
        assertEquals(1, released.size());
    }

    @Test
    void anOwnerWhosePortGoesDownLosesTheAddress() {
        learnAandB();
        assertHeld(Frames.gratuitousArp(C, IP_B));
        pass(100);
        lan.setPortUp(1, false);
        pass(350);
        assertEquals(C, ownerOfB());
        assertEquals(1, released.size());
        lan = lan(ArpMode.DIRECT);
        learnAandB();
        lan.setPortUp(1, false);
        assertEquals(new Decision.Flood(List.of(0)), decide(2, Frames.gratuitousArp(C, IP_B)));
    }

    @Test
    void aStationThatMovesWithItsMacCausesNoConflict() {
        learnAandB();
        assertEquals(new Decision.Flood(List.of(0, 1)), decide(2, Frames.gratuitousArp(B, IP_B)));
        assertEquals(new Decision.Forward(2), decide(0, Frames.arpRequest(A, IP_A, IP_B)));
    }

    @Test
    void probesAndDuplicateDetectionStillReachTheOwner() {
        learnAandB();
        assertEquals(new Decision.Forward(1), decide(2, Frames.arpProbe(C, IP_B)));
        decide(1, Frames.advertisement(B, 2));
        assertEquals(new Decision.Forward(1), decide(2, Frames.solicitation(C, 0, 2)));
        assertFalse(forwarder().hasConflicts());
    }

    @Test
    void neighbourDiscoveryIsGuardedLikeArp() {
        decide(0, Frames.solicitation(A, 1, 2));
        decide(1, Frames.advertisement(B, 2));
        assertHeld(Frames.advertisement(C, 2));
        ConflictStep.Probe probe = (ConflictStep.Probe) forwarder().nextStep(lan.snapshot(), nowMs);
        byte[] sent = bytes(probe.frame(), probe.length());
        NeighbourDiscovery read = new NeighbourDiscovery().wrap(MemorySegment.ofArray(sent), 14, sent.length - 14);
        assertTrue(read.isPresent() && read.isWellFormed() && read.hasValidChecksum());
        assertEquals(NeighbourDiscovery.SOLICITATION, read.type());
        assertEquals(2, read.targetLo());
        assertEquals(lan.mac(), read.linkLayerAddress());
        assertFalse(read.isDuplicateAddressDetection());
        assertEquals(new Decision.Consume(), decide(1, Frames.advertisement(lan.mac(), B, 2, B)));
        pass(1_500);
        assertEquals(B, lan.neighbourTable().lookup(Frames.LINK_LOCAL, 2, 0, nowMs, 300_000));
        assertEquals(List.of(), released);
        answering.remove(1);
        assertHeld(Frames.advertisement(C, 2));
        pass(600);
        assertEquals(C, lan.neighbourTable().lookup(Frames.LINK_LOCAL, 2, 0, nowMs, 300_000));
        assertEquals(1, released.size());
    }

    @Test
    void everyMessageThatHostsAcceptIsGuarded() {
        bind(Frames.LINK_LOCAL, 2, B);
        bind(0, V4 | IP_B, B);
        byte[] advertisement = Frames.advertisement(C, 2);
        byte[] partial = advertisement.clone();
        partial[56]++; // a wrong checksum, which the sender may mark as partial
        byte[] otherHardware = Frames.gratuitousArp(C, IP_B);
        otherHardware[15] = 6;
        byte[] notItsOwn = Frames.gratuitousArp(C, IP_B);
        notItsOwn[11] = 0x77;
        byte[][] forged = {
            Frames.gratuitousArp(C, IP_B),
            Frames.arpReply(C, IP_B, A, IP_A),
            Frames.arpRequest(C, IP_B, IP_A),
            otherHardware,
            notItsOwn,
            Frames.tagged(0x8100, 0, Frames.gratuitousArp(C, IP_B)),
            priorityTags(5, Frames.gratuitousArp(C, IP_B)),
            advertisement,
            partial,
            Frames.advertisement(A, C, 2, C),
            Frames.solicitation(C, 2, 1),
            Frames.advertisementWithTwoMacs(C, 2, C, B),
            Frames.withExtension(60, advertisement),
            Frames.withExtension(0, Frames.withExtension(60, advertisement)),
            Frames.routerMessage(NeighbourDiscovery.ROUTER_SOLICITATION, C, 2),
            Frames.routerMessage(NeighbourDiscovery.ROUTER_ADVERTISEMENT, C, 2),
            Frames.redirect(C, 7, 2, C),
            priorityTags(3, advertisement)
        };
        for (ArpMode mode : ArpMode.values()) {
            lan.update(lan.snapshot().settings().with(mode));
            for (int i = 0; i < forged.length; i++) {
                Decision decision = decide(2, forged[i]);
                assertEquals(new Decision.Drop(DropReason.ADDRESS_BOUND), decision, mode + ", forged message " + i);
            }
        }
        assertEquals(3L * forged.length, lan.count(2, DropReason.ADDRESS_BOUND));
        assertEquals(AddressClaim.Outcome.BOUND, lan.takeClaims().getFirst().outcome());
    }

    @Test
    void aBoundAddressMayOnlyBeClaimedByItsStation() {
        bind(0, V4 | IP_B, B);
        assertEquals(new Decision.Flood(List.of(0, 2)), decide(1, Frames.gratuitousArp(B, IP_B)));
        byte[] byAnother = Frames.gratuitousArp(B, IP_B);
        byAnother[11] = 0x77;
        assertEquals(new Decision.Drop(DropReason.ADDRESS_BOUND), decide(2, byAnother));
    }

    @Test
    void stationsOfOtherVlansMayHaveTheSameAddress() {
        bind(0, V4 | IP_B, B);
        byte[] claim = Frames.gratuitousArp(C, IP_B);
        Decision flood = new Decision.Flood(List.of(0, 1));
        assertEquals(flood, decide(2, Frames.tagged(0x8100, 10, claim)));
        assertEquals(flood, decide(2, Frames.tagged(0x88A8, 20, Frames.tagged(0x8100, 10, claim))));
        decide(1, Frames.tagged(0x88A8, 20, Frames.tagged(0x8100, 11, Frames.gratuitousArp(B, IP_B))));
        assertEquals(flood, decide(2, Frames.tagged(0x88A8, 20, Frames.tagged(0x8100, 10, claim))));
    }

    @Test
    void theOwnerIsProbedInItsVlan() {
        byte[] known = Frames.tagged(0x8100, 10, Frames.gratuitousArp(B, IP_B));
        decide(1, known);
        assertHeld(Frames.tagged(0x8100, 10, Frames.gratuitousArp(C, IP_B)));
        ConflictStep.Probe probe = (ConflictStep.Probe) forwarder().nextStep(lan.snapshot(), nowMs);
        assertArrayEquals(
                Frames.tagged(0x8100, 10, Frames.arp(B, ArpPacket.REQUEST, lan.mac(), 0, 0, IP_B)),
                bytes(probe.frame(), probe.length()));
    }

    @Test
    void aForgedClaimForAThirdStationIsHeldToo() {
        learnAandB();
        assertHeld(Frames.ethernet(
                A, C, EtherType.ARP, Arrays.copyOfRange(Frames.arpReply(0x0200_0000_00DDL, IP_B, A, IP_A), 14, 42)));
        answering.remove(1);
        pass(600);
        assertEquals(NeighbourTable.MISS, ownerOfB(), "a sender MAC other than the frame's source is not learned");
        assertEquals(1, released.size());
    }

    @Test
    void claimsOfOnePortDoNotSuppressThoseOfAnother() {
        learnAandB();
        for (int i = 0; i < 2_000; i++) decide(1, Frames.gratuitousArp(B, IP_B + 1 + i));
        answering.remove(1);
        for (int i = 0; i < 2_000; i++) decide(2, Frames.gratuitousArp(C, IP_B + 1 + i));
        assertEquals(new Decision.Drop(DropReason.ADDRESS_CONFLICT), decide(0, Frames.gratuitousArp(A, IP_B)));
        pass(600);
        assertEquals(A, ownerOfB());
    }

    @Test
    void aClaimOfARemovedPortIsForgotten() {
        learnAandB();
        assertHeld(Frames.gratuitousArp(C, IP_B));
        lan.removePort(2);
        assertEquals(2, lan.addPort(PortSettings.of("another", 1500), true));
        answering.remove(1);
        pass(1_000);
        assertEquals(B, ownerOfB());
        assertEquals(List.of(), released);
        assertFalse(forwarder().hasConflicts());
    }

    /** Linux replies for an address on every interface (arp_ignore=0). */
    @Test
    void portsOfOneStationMayTakeOverEachOthersAddresses() {
        learnAandB();
        lan.updatePort(1, PortSettings.of("p1", 1500).withStation("node"));
        lan.updatePort(2, PortSettings.of("p2", 1500).withStation("node"));
        assertEquals(new Decision.Flood(List.of(0, 1)), decide(2, Frames.gratuitousArp(C, IP_B)));
        assertEquals(C, ownerOfB());
        lan.updatePort(2, PortSettings.of("p2", 1500).withStation("another"));
        lan.updatePort(1, PortSettings.of("p1", 1500).withStation(""));
        decide(1, Frames.unicast(A, B));
        assertEquals(new Decision.Drop(DropReason.ADDRESS_CONFLICT), decide(1, Frames.gratuitousArp(B, IP_B)));
    }

    @Test
    void withoutTheGuardTheLastClaimantHasTheAddress() {
        lan.update(new SwitchSettings(300_000, ArpMode.DIRECT, 1024, 4096, 1000, false, 0));
        learnAandB();
        assertEquals(new Decision.Flood(List.of(0, 1)), decide(2, Frames.gratuitousArp(C, IP_B)));
        assertEquals(C, ownerOfB());
    }

    @Test
    void explainingAClaimSendsNoProbe() {
        learnAandB();
        byte[] claim = Frames.gratuitousArp(C, IP_B);
        var explained = Explainer.explain(lan, 2, MemorySegment.ofArray(claim), 0, claim.length, nowMs);
        assertEquals(new Decision.Drop(DropReason.ADDRESS_CONFLICT), explained.decision());
        assertFalse(forwarder().hasConflicts());
        assertEquals(List.of(), lan.takeClaims());
    }

    /** Whatever the attacker sends, an owner that replies keeps its address. */
    @Property(tries = 300)
    void anOwnerThatRepliesKeepsItsAddress(
            @ForAll @Size(max = 60) List<@IntRange(max = 7) Integer> actions, @ForAll @IntRange(max = 400) int step) {
        lan = lan(ArpMode.DIRECT);
        released.clear();
        answering.put(1, B);
        learnAandB();
        for (int action : actions) {
            switch (action) {
                case 0 -> decide(2, Frames.gratuitousArp(C, IP_B));
                case 1 -> decide(2, Frames.arpReply(C, IP_B, A, IP_A));
                case 2 -> decide(2, Frames.arpRequest(C, IP_B, IP_A));
                case 3 -> decide(0, Frames.arpRequest(A, IP_A, IP_B));
                case 4 -> decide(2, Frames.gratuitousArp(0x0200_0000_00EEL, IP_B));
                case 5 -> decide(0, Frames.gratuitousArp(A, IP_B));
                default -> pass(step);
            }
            assertEquals(B, ownerOfB());
        }
        pass(3_000);
        assertEquals(B, ownerOfB());
        assertEquals(List.of(), released);
        assertFalse(forwarder().hasConflicts());
    }

    /** When the owner becomes silent, its successor has the address within a second, however often the address was claimed before. */
    @Property(tries = 300)
    void aSuccessorHasTheAddressWithinASecond(
            @ForAll @Size(max = 30) List<@IntRange(max = 3) Integer> actions, @ForAll @IntRange(max = 400) int step) {
        lan = lan(ArpMode.DIRECT);
        released.clear();
        answering.put(1, B);
        learnAandB();
        for (int action : actions) {
            if (action == 0) decide(0, Frames.gratuitousArp(A, IP_B));
            else if (action == 1) decide(0, Frames.arpReply(A, IP_B, C, IP_A));
            else pass(step);
        }
        pass(2_500); // the other claimant has stopped
        answering.remove(1);
        decide(2, Frames.gratuitousArp(C, IP_B));
        pass(900);
        assertEquals(C, ownerOfB());
    }

    @Test
    void aHeldClaimAllocatesNothing() {
        learnAandB();
        MemorySegment claim = MemorySegment.ofArray(Frames.gratuitousArp(C, IP_B));
        MemorySegment forged = MemorySegment.ofArray(Frames.advertisement(C, 2));
        bind(Frames.LINK_LOCAL, 2, B);
        var thread = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        Runnable run = () -> {
            SwitchSnapshot snapshot = lan.snapshot();
            for (int i = 0; i < 500_000; i++) {
                forwarder().beginBatch(snapshot, 2, nowMs);
                forwarder().decide(claim, 0, (int) claim.byteSize());
                forwarder().decide(forged, 0, (int) forged.byteSize());
            }
        };
        run.run();
        long before = thread.getCurrentThreadAllocatedBytes();
        run.run();
        long allocated = thread.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < 10_000, allocated + " bytes for a million claims");
    }

    private static LearningSwitch lan(ArpMode mode) {
        LearningSwitch made =
                new LearningSwitch("lan", new SwitchSettings(300_000, mode, 1024, 4096, 1000, true, 0), 1);
        for (int i = 0; i < 3; i++) made.addPort(PortSettings.of("p" + i, 1500), true);
        return made;
    }

    private Forwarder forwarder() {
        return lan.forwarder(0);
    }

    private void learnAandB() {
        answering.put(1, B);
        decide(0, Frames.arpRequest(A, IP_A, IP_B));
        decide(1, Frames.arpReply(B, IP_B, A, IP_A));
        nowMs += 2_000;
    }

    private void bind(long hi, long lo, long mac) {
        assertTrue(lan.neighbourTable().addStatic(hi, lo, 0, mac, nowMs));
    }

    private long ownerOfB() {
        return lan.neighbourTable().lookup(0, V4 | IP_B, 0, nowMs, 300_000);
    }

    /** Advances the time and executes the steps that become due, as a worker's timer does. The stations in {@link #answering} reply. */
    private void pass(int ms) {
        for (long end = nowMs + ms; nowMs < end; nowMs += Math.min(PERIOD_MS, end - nowMs)) takeSteps();
        takeSteps();
    }

    private void takeSteps() {
        for (ConflictStep step = forwarder().nextStep(lan.snapshot(), nowMs);
                step != null;
                step = forwarder().nextStep(lan.snapshot(), nowMs)) {
            switch (step) {
                case ConflictStep.Probe probe -> reply(probe);
                case ConflictStep.Release(var port, var frame, var length) -> {
                    byte[] bytes = bytes(frame, length);
                    released.add(bytes);
                    assertFalse(decide(port, bytes) instanceof Decision.Drop);
                }
            }
        }
    }

    private void reply(ConflictStep.Probe probe) {
        probes++;
        Long mac = answering.get(probe.port());
        if (mac == null) return;
        byte[] asked = bytes(probe.frame(), probe.length());
        ArpPacket arp = new ArpPacket().wrap(MemorySegment.ofArray(asked), 14, asked.length - 14);
        byte[] reply = arp.isValid()
                ? Frames.arpReply(mac, arp.targetAddress(), lan.mac(), 0)
                : Frames.advertisement(lan.mac(), mac, 2, mac);
        assertEquals(new Decision.Consume(), decide(probe.port(), reply));
    }

    private Decision decide(int port, byte[] frame) {
        SwitchSnapshot snapshot = lan.snapshot();
        MemorySegment memory = MemorySegment.ofArray(frame);
        forwarder().beginBatch(snapshot, port, nowMs);
        return Decision.of(forwarder().decide(memory, 0, frame.length), snapshot);
    }

    private void assertHeld(byte[] frame) {
        assertEquals(new Decision.Drop(DropReason.ADDRESS_CONFLICT), decide(2, frame));
    }

    private static byte[] bytes(MemorySegment frame, int length) {
        return frame.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
    }

    private static byte[] priorityTags(int count, byte[] frame) {
        byte[] tagged = frame;
        for (int i = 0; i < count; i++) tagged = Frames.tagged(0x8100, 0, tagged);
        return tagged;
    }
}
