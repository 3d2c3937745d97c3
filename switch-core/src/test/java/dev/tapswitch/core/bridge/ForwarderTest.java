package dev.tapswitch.core.bridge;

import static dev.tapswitch.core.frame.Frames.A;
import static dev.tapswitch.core.frame.Frames.B;
import static dev.tapswitch.core.frame.Frames.C;
import static dev.tapswitch.core.frame.Frames.IP_A;
import static dev.tapswitch.core.frame.Frames.IP_B;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.core.frame.Frames;
import dev.tapswitch.core.net.MacAddress;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ForwarderTest {
    private long nowMs = 10_000_000;
    private LearningSwitch lan = threePorts(SwitchSettings.DEFAULT);

    @Test
    void anUnknownDestinationFloodsToEveryOtherPort() {
        assertEquals(new Decision.Flood(List.of(1, 2)), decide(0, Frames.unicast(B, A)));
        assertEquals(1, lan.count(0, PortCounter.FLOODED));
    }

    @Test
    void aPortThatIsDownReceivesNoFlood() {
        lan.setPortUp(1, false);
        assertEquals(new Decision.Flood(List.of(2)), decide(0, Frames.unicast(B, A)));
        lan.setPortUp(2, false);
        assertDrop(DropReason.NO_PORT, 0, Frames.unicast(B, A));
    }

    @Test
    void aFrameThatOnlyIsolatedPortsCouldReceiveIsDroppedOnAnIsolatedPort() {
        for (int i = 0; i < 3; i++)
            lan.updatePort(i, PortSettings.of("p" + i, 1500).withIsolation(true));
        assertDrop(DropReason.NO_PORT, 0, Frames.unicast(B, A));
    }

    @Test
    void aHairpinPortReceivesItsOwnFlood() {
        lan.updatePort(0, PortSettings.of("p0", 1500).withHairpin(true));
        assertEquals(new Decision.Flood(List.of(0, 1, 2)), decide(0, Frames.unicast(B, A)));
        lan.updatePort(0, PortSettings.of("p0", 1500).withHairpin(true).withIsolation(true));
        lan.updatePort(1, PortSettings.of("p1", 1500).withIsolation(true));
        assertEquals(new Decision.Flood(List.of(0, 2)), decide(0, Frames.unicast(B, A)));
    }

    @Test
    void aLearnedDestinationGoesToItsPortOnly() {
        decide(1, Frames.unicast(A, B));
        assertEquals(new Decision.Forward(1), decide(0, Frames.unicast(B, A)));
    }

    @Test
    void aFrameIsNeverSentToItsIngressPort() {
        decide(0, Frames.unicast(A, B));
        assertDrop(DropReason.SAME_PORT, 0, Frames.unicast(B, A));
    }

    @Test
    void aHairpinPortReceivesItsOwnUnicast() {
        lan.updatePort(0, PortSettings.of("p0", 1500).withHairpin(true));
        decide(0, Frames.unicast(A, B));
        assertEquals(new Decision.Forward(0), decide(0, Frames.unicast(B, A)));
    }

    @Test
    void isolatedPortsReachOtherPortsButNotEachOther() {
        for (int i = 0; i < 2; i++)
            lan.updatePort(i, PortSettings.of("p" + i, 1500).withIsolation(true));
        assertEquals(new Decision.Flood(List.of(2)), decide(0, Frames.unicast(B, A)));
        assertEquals(new Decision.Flood(List.of(2)), decide(1, Frames.arpRequest(B, Frames.IP_B, Frames.IP_A)));
        assertDrop(DropReason.ISOLATED, 0, Frames.unicast(B, A));
        assertDrop(DropReason.ISOLATED, 0, Frames.arpRequest(A, Frames.IP_A, Frames.IP_B));
        assertEquals(new Decision.Forward(0), decide(2, Frames.unicast(A, Frames.C)));
        assertEquals(new Decision.Forward(2), decide(0, Frames.unicast(Frames.C, A)));
    }

    @Test
    void reservedAddressesAreNeverForwarded() {
        for (int last = 0; last <= 0xF; last++) {
            assertDrop(DropReason.RESERVED_MULTICAST, 0, Frames.unicast(0x0180_C200_0000L + last, A));
        }
        assertEquals(new Decision.Flood(List.of(1, 2)), decide(0, Frames.unicast(0x0180_C200_0010L, A)));
    }

    @Test
    void aMulticastOrZeroSourceIsDroppedAndNeverLearned() {
        assertDrop(DropReason.SOURCE_MULTICAST, 0, Frames.unicast(B, MacAddress.BROADCAST));
        assertDrop(DropReason.SOURCE_MULTICAST, 0, Frames.unicast(B, 0x0100_5E00_0001L));
        assertDrop(DropReason.SOURCE_ZERO, 0, Frames.unicast(B, 0));
        assertEquals(0, lan.macTable().size());
    }

    @Test
    void aFrameShorterThanItsHeaderIsDropped() {
        assertDrop(DropReason.TRUNCATED, 0, new byte[13]);
        assertDrop(DropReason.TRUNCATED, 0, new byte[0]);
    }

    @Test
    void aStationThatMovesIsFollowedAtOnce() {
        decide(1, Frames.unicast(A, B));
        decide(2, Frames.unicast(A, B));
        assertEquals(new Decision.Forward(2), decide(0, Frames.unicast(B, A)));
        assertEquals(1, lan.count(2, PortCounter.MOVED));
    }

    @Test
    void aStaticEntryNeverMoves() {
        lan.macTable().addStatic(B, 0, 1, nowMs);
        assertDrop(DropReason.STATIC_ELSEWHERE, 2, Frames.unicast(A, B));
        assertEquals(new Decision.Forward(1), decide(0, Frames.unicast(B, A)));
    }

    @Test
    void aPortAtItsLearningLimitForwardsWithoutLearning() {
        lan.updatePort(1, PortSettings.of("p1", 1500).withLearningLimit(1, false));
        decide(1, Frames.unicast(A, B));
        assertEquals(new Decision.Flood(List.of(0, 2)), decide(1, Frames.unicast(A, C)));
        assertEquals(1, lan.macTable().size(1));
        assertEquals(1, lan.count(1, PortCounter.NOT_LEARNED_LIMIT));
    }

    @Test
    void aPortAtItsLearningLimitDropsNewSourcesIfConfigured() {
        lan.updatePort(1, PortSettings.of("p1", 1500).withLearningLimit(1, true));
        decide(1, Frames.unicast(A, B));
        assertDrop(DropReason.PORT_LIMIT, 1, Frames.unicast(A, C));
    }

    @Test
    void entriesAgeOut() {
        decide(1, Frames.unicast(A, B));
        nowMs += 301_000;
        assertEquals(new Decision.Flood(List.of(1, 2)), decide(0, Frames.unicast(B, A)));
        assertEquals(1, lan.age(nowMs));
    }

    @Test
    void entriesAreRemovedWithTheirPort() {
        decide(1, Frames.unicast(A, B));
        lan.setPortUp(1, false);
        assertEquals(new Decision.Flood(List.of(2)), decide(0, Frames.unicast(B, A)));
        lan.removePort(2);
        assertDrop(DropReason.NO_PORT, 0, Frames.unicast(B, A));
    }

    @Test
    void theSameMacOnTwoVlansIsTwoStations() {
        decide(1, Frames.tagged(0x8100, 10, Frames.unicast(A, B)));
        decide(2, Frames.tagged(0x88A8, 20, Frames.unicast(A, B)));
        assertEquals(new Decision.Forward(1), decide(0, Frames.tagged(0x8100, 10, Frames.unicast(B, A))));
        assertEquals(new Decision.Forward(2), decide(0, Frames.tagged(0x88A8, 20, Frames.unicast(B, A))));
        assertEquals(2, lan.macTable().size() - 2);
    }

    @Test
    void aRequestForAKnownNeighbourGoesToItsPortOnly() {
        decide(1, Frames.arpReply(B, IP_B, A, IP_A));
        assertEquals(new Decision.Forward(1), decide(0, Frames.arpRequest(A, IP_A, IP_B)));
        assertEquals(1, lan.count(0, PortCounter.ARP_DIRECTED));
    }

    @Test
    void aRequestFollowsANeighbourThatMoved() {
        decide(1, Frames.arpReply(B, IP_B, A, IP_A));
        decide(2, Frames.unicast(A, B));
        assertEquals(new Decision.Forward(2), decide(0, Frames.arpRequest(A, IP_A, IP_B)));
    }

    @Test
    void aRequestForANeighbourWhosePortIsDownIsFlooded() {
        decide(1, Frames.arpReply(B, IP_B, A, IP_A));
        lan.setPortUp(1, false);
        assertEquals(new Decision.Flood(List.of(2)), decide(0, Frames.arpRequest(A, IP_A, IP_B)));
    }

    @Test
    void floodModeFloodsRequestsForKnownNeighbours() {
        lan = threePorts(with(ArpMode.FLOOD, 1000));
        decide(1, Frames.arpReply(B, IP_B, A, IP_A));
        assertEquals(new Decision.Flood(List.of(1, 2)), decide(0, Frames.arpRequest(A, IP_A, IP_B)));
    }

    @Test
    void replyModeRepliesOnBehalfOfTheNeighbour() {
        lan = threePorts(with(ArpMode.REPLY, 1000));
        decide(1, Frames.arpReply(B, IP_B, A, IP_A));
        assertEquals(new Decision.Reply(), decide(0, Frames.arpRequest(A, IP_A, IP_B)));
        Forwarder forwarder = lan.forwarder(0);
        byte[] answer = forwarder.reply().asSlice(0, forwarder.replyLength()).toArray(ValueLayout.JAVA_BYTE);
        assertEquals(List.of(toList(Frames.arpReply(B, IP_B, A, IP_A))), List.of(toList(answer)));
    }

    @Test
    void aProbeReachesTheOwnerAndIsNotLearned() {
        for (ArpMode mode : ArpMode.values()) {
            if (mode == ArpMode.FLOOD) continue;
            lan = threePorts(with(mode, 1000));
            decide(1, Frames.arpReply(B, IP_B, A, IP_A));
            assertEquals(new Decision.Forward(1), decide(0, Frames.arpProbe(C, IP_B)));
            assertEquals(1, lan.neighbourTable().size());
        }
    }

    @Test
    void announcementsAreFloodedAndUpdateTheTable() {
        lan = threePorts(new SwitchSettings(300_000, ArpMode.DIRECT, 1024, 1024, 1000, false, 0));
        decide(1, Frames.arpReply(B, IP_B, A, IP_A));
        assertEquals(new Decision.Flood(List.of(0, 1)), decide(2, Frames.gratuitousArp(C, IP_B)));
        assertEquals(new Decision.Forward(2), decide(0, Frames.arpRequest(A, IP_A, IP_B)));
    }

    @Test
    void aStaleEntryDoesNotHideTheNewOwner() {
        decide(1, Frames.arpReply(B, IP_B, A, IP_A));
        nowMs += 5_000;
        assertEquals(new Decision.Forward(1), decide(0, Frames.arpRequest(A, IP_A, IP_B)));
        nowMs += 1_000;
        assertEquals(new Decision.Flood(List.of(1, 2)), decide(0, Frames.arpRequest(A, IP_A, IP_B)));
        decide(1, Frames.arpReply(B, IP_B, A, IP_A));
        nowMs += 1_000;
        assertEquals(new Decision.Forward(1), decide(0, Frames.arpRequest(A, IP_A, IP_B)));
    }

    @Test
    void aRequestForABoundNeighbourGoesToItsPortOnly() {
        lan.neighbourTable().addStatic(0, 0xFFFF_0000_0000L | IP_B, 0, B, nowMs);
        decide(1, Frames.unicast(A, B));
        for (int i = 0; i < 20; i++) {
            nowMs += 1_000;
            assertEquals(new Decision.Forward(1), decide(0, Frames.arpRequest(A, IP_A, IP_B)));
            decide(1, Frames.arpReply(B, IP_B, A, IP_A));
        }
    }

    @Test
    void aRequestForASilentBoundNeighbourIsFloodedUnlessItsMacIsBoundToo() {
        lan.neighbourTable().addStatic(0, 0xFFFF_0000_0000L | IP_B, 0, B, nowMs);
        decide(1, Frames.unicast(A, B));
        nowMs += 5_000;
        assertEquals(new Decision.Forward(1), decide(0, Frames.arpRequest(A, IP_A, IP_B)));
        nowMs += 1_000;
        assertEquals(new Decision.Flood(List.of(1, 2)), decide(0, Frames.arpRequest(A, IP_A, IP_B)));
        lan.macTable().addStatic(B, 0, 1, nowMs);
        nowMs += 1_000;
        assertEquals(new Decision.Forward(1), decide(0, Frames.arpRequest(A, IP_A, IP_B)));
    }

    @Test
    void requestsForUnknownTargetsAreRateLimitedPerPort() {
        lan = threePorts(with(ArpMode.DIRECT, 10));
        for (int i = 0; i < 10; i++) decide(0, Frames.arpRequest(A, IP_A, 0xC612_0100L + i));
        assertDrop(DropReason.ARP_RATE, 0, Frames.arpRequest(A, IP_A, 0xC612_0200L));
        assertEquals(new Decision.Flood(List.of(0, 2)), decide(1, Frames.arpRequest(B, IP_B, 0xC612_0200L)));
        nowMs += 100;
        assertEquals(new Decision.Flood(List.of(1, 2)), decide(0, Frames.arpRequest(A, IP_A, 0xC612_0200L)));
    }

    @Test
    void aSolicitationForAKnownNeighbourGoesToItsPortOnly() {
        decide(1, Frames.advertisement(B, 2));
        assertEquals(new Decision.Forward(1), decide(0, Frames.solicitation(A, 1, 2)));
        assertEquals(new Decision.Forward(0), decide(1, Frames.solicitation(B, 2, 1)));
    }

    @Test
    void duplicateAddressDetectionReachesTheOwnerAndIsNotLearned() {
        lan = threePorts(with(ArpMode.REPLY, 1000));
        decide(1, Frames.advertisement(B, 2));
        assertEquals(new Decision.Forward(1), decide(0, Frames.solicitation(A, 0, 2)));
        assertEquals(new Decision.Flood(List.of(1, 2)), decide(0, Frames.solicitation(A, 0, 3)));
        assertEquals(1, lan.neighbourTable().size());
    }

    @Test
    void replyModeRepliesToSolicitations() {
        lan = threePorts(with(ArpMode.REPLY, 1000));
        decide(1, Frames.advertisement(B, 2));
        assertEquals(new Decision.Reply(), decide(0, Frames.solicitation(A, 1, 2)));
        assertEquals(86, lan.forwarder(0).replyLength());
    }

    @Test
    void aSenderAddressOtherThanTheFramesSourceIsNotLearned() {
        byte[] frame = Frames.arpRequest(A, IP_A, IP_B);
        frame[11] = 0x77;
        decide(0, frame);
        assertEquals(0, lan.neighbourTable().size());
    }

    @Test
    void explainingChangesNothing() {
        byte[] frame = Frames.unicast(B, A);
        var explained = Explainer.explain(lan, 0, MemorySegment.ofArray(frame), 0, frame.length, nowMs);
        assertEquals(new Decision.Flood(List.of(1, 2)), explained.decision());
        assertTrue(explained.sourceWouldBeLearned());
        assertEquals(0, lan.macTable().size());
        assertEquals(0, lan.count(0, PortCounter.RX_FRAMES));
    }

    @Property(tries = 5000)
    void noFrameMakesTheForwarderThrowOrSendItBack(@ForAll @Size(max = 120) byte[] bytes) {
        Decision decision = decide(0, bytes);
        assertTrue(!decision.equals(new Decision.Forward(0)));
    }

    @Property(tries = 5000)
    void noMalformedRequestMakesTheForwarderThrow(@ForAll int position, @ForAll byte value, @ForAll boolean isIpv6) {
        byte[] frame = isIpv6 ? Frames.solicitation(A, 1, 2) : Frames.arpRequest(A, IP_A, IP_B);
        frame[Math.floorMod(position, frame.length)] = value;
        decide(0, frame);
        decide(0, java.util.Arrays.copyOf(frame, Math.floorMod(position, frame.length)));
    }

    @Test
    void aDecisionAllocatesNothing() {
        byte[][] frames = {Frames.unicast(B, A), Frames.arpRequest(A, IP_A, IP_B), Frames.solicitation(A, 1, 2)};
        MemorySegment[] memory = new MemorySegment[frames.length];
        for (int i = 0; i < frames.length; i++) memory[i] = MemorySegment.ofArray(frames[i]);
        decide(1, Frames.arpReply(B, IP_B, A, IP_A));
        var thread = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        Runnable run = () -> {
            Forwarder forwarder = lan.forwarder(0);
            SwitchSnapshot snapshot = lan.snapshot();
            for (int i = 0; i < 1_000_000; i++) {
                int which = i % frames.length;
                forwarder.beginBatch(snapshot, 0, nowMs + i / 1000);
                forwarder.decide(memory[which], 0, frames[which].length);
            }
        };
        run.run();
        long before = thread.getCurrentThreadAllocatedBytes();
        run.run();
        long allocated = thread.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < 10_000, allocated + " bytes for a million decisions");
    }

    private static LearningSwitch threePorts(SwitchSettings settings) {
        LearningSwitch made = new LearningSwitch("lan", settings, 1);
        for (int i = 0; i < 3; i++) made.addPort(PortSettings.of("p" + i, 1500), true);
        return made;
    }

    private static SwitchSettings with(ArpMode mode, int rate) {
        return new SwitchSettings(300_000, mode, 1024, 1024, rate, true, 0);
    }

    private Decision decide(int port, byte[] frame) {
        SwitchSnapshot snapshot = lan.snapshot();
        MemorySegment memory = MemorySegment.ofArray(frame);
        lan.forwarder(0).beginBatch(snapshot, port, nowMs);
        return Decision.of(lan.forwarder(0).decide(memory, 0, frame.length), snapshot);
    }

    private void assertDrop(DropReason reason, int port, byte[] frame) {
        long before = lan.count(port, reason);
        assertEquals(new Decision.Drop(reason), decide(port, frame));
        assertEquals(before + 1, lan.count(port, reason), "the drop is counted");
    }

    private static List<Byte> toList(byte[] bytes) {
        List<Byte> list = new java.util.ArrayList<>();
        for (byte b : bytes) list.add(b);
        return list;
    }
}
