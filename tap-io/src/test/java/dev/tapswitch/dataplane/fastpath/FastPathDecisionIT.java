package dev.tapswitch.dataplane.fastpath;

import static dev.tapswitch.dataplane.fastpath.FastPathBed.mac;
import static dev.tapswitch.dataplane.fastpath.FastPathBed.station;
import static dev.tapswitch.dataplane.fastpath.FrameFates.Fate.FAST;
import static dev.tapswitch.dataplane.fastpath.FrameFates.Fate.SLOW;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.dataplane.fastpath.FastPathSettings.Attachment;
import dev.tapswitch.dataplane.fastpath.FrameFates.Fate;
import dev.tapswitch.linux.sys.DeviceException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests which frames the fast path forwards and which take the slow path to userspace. */
@Timeout(180)
class FastPathDecisionIT {
    private static final int ARP = 0x0806;
    private static final int VLAN = 0x8100;
    private static final int SERVICE_VLAN = 0x88a8;
    private static final long UNKNOWN = 0x02_bb_00_00_09_09L;

    private FastPathBed bed;
    private FastPath fastPath;
    private FrameFates fates;

    @BeforeEach
    void connect() throws Exception {
        FastPathBed.assume(Attachment.TCX);
        bed = new FastPathBed(2);
        fastPath = FastPath.open(FastPathBed.settings(Attachment.TCX));
        bed.addAll(fastPath);
        fates = new FrameFates(bed);
        assertEquals(FAST, fates.of(udp()));
    }

    @AfterEach
    void disconnect() {
        if (fates != null) fates.close();
        if (fastPath != null) fastPath.close();
        if (bed != null) bed.close();
    }

    private static TestFrame udp() {
        return udp(mac(0), mac(1));
    }

    private static TestFrame udp(long source, long destination) {
        return TestFrame.ipv4(source, destination, TestFrame.UDP).transport(4_000, 4_001);
    }

    private static TestFrame icmpv6(int type) {
        return TestFrame.ipv6(mac(0), mac(1), TestFrame.ICMPV6).transport(type << 8, 0);
    }

    private void beat(long secondsAgo) throws DeviceException {
        fastPath.beat(System.nanoTime() - secondsAgo * 1_000_000_000L);
    }

    @Test
    void plainIpTakesTheFastPath() {
        assertEquals(FAST, fates.of(TestFrame.ipv4(mac(0), mac(1), TestFrame.TCP)));
        assertEquals(FAST, fates.of(TestFrame.ipv6(mac(0), mac(1), TestFrame.TCP)));
        assertEquals(
                FAST, fates.of(TestFrame.ipv6(mac(0), mac(1), TestFrame.UDP).transport(4_000, 4_001)));
        assertEquals(FAST, fates.of(TestFrame.ipv4(mac(0), mac(1), 1)));
    }

    @Test
    void framesToGroupAddressesTakeTheSlowPath() {
        assertEquals(SLOW, fates.of(udp(mac(0), 0xffff_ffff_ffffL)));
        assertEquals(SLOW, fates.of(udp(mac(0), 0x01_00_5e_00_00_fbL)));
        assertEquals(SLOW, fates.of(udp(mac(0), 0x33_33_00_00_00_01L)));
    }

    @Test
    void framesToAnUnknownStationOrToOneBehindTheSamePortTakeTheSlowPath() throws Exception {
        assertEquals(SLOW, fates.of(udp(mac(0), UNKNOWN)));
        fastPath.put(new StationKey(UNKNOWN, 0, FastPathBed.SWITCH), bed.hostEnd(0), false, false);
        assertEquals(SLOW, fates.of(udp(mac(0), UNKNOWN)));
    }

    @Test
    void framesWithAForgedSourceTakeTheSlowPath() throws Exception {
        assertEquals(SLOW, fates.of(udp(mac(1), mac(1))), "the receiver's MAC");
        assertEquals(SLOW, fates.of(udp(UNKNOWN, mac(1))), "an unknown MAC");
        assertEquals(SLOW, fates.of(udp(0, mac(1))), "the zero MAC");
        assertEquals(SLOW, fates.of(udp(0x01_bb_00_00_00_01L, mac(1))), "a group address");
    }

    /** The first frame of a station that moved, of whatever type, makes the station slow until userspace puts it on its port. */
    @Test
    void aStationWhoseFrameArrivesOnAnotherPortIsSlowUntilItIsPutAgain() throws Exception {
        StationKey behind = new StationKey(UNKNOWN, 0, FastPathBed.SWITCH);
        fastPath.put(behind, bed.hostEnd(1), false, false);
        assertEquals(FAST, fates.of(udp(mac(0), UNKNOWN)));
        assertEquals(SLOW, fates.of(TestFrame.of(UNKNOWN, 0xffff_ffff_ffffL, ARP)));
        assertTrue(fastPath.isSlow(behind));
        assertEquals(SLOW, fates.of(udp(mac(0), UNKNOWN)));
        fastPath.put(behind, bed.hostEnd(1), false, false);
        assertEquals(FAST, fates.of(udp(mac(0), UNKNOWN)));
    }

    @Test
    void aBoundStationStaysFastWhenItsSourceIsForged() throws Exception {
        StationKey behind = new StationKey(UNKNOWN, 0, FastPathBed.SWITCH);
        fastPath.put(behind, bed.hostEnd(1), false, false, true);
        assertEquals(SLOW, fates.of(udp(UNKNOWN, mac(1))));
        assertEquals(FAST, fates.of(udp(mac(0), UNKNOWN)));
    }

    @Test
    void aStationThatIsPutAgainKeepsItsLastSeenTime() throws Exception {
        long before = fastPath.lastSeen(station(0)).orElseThrow();
        fastPath.beat(System.nanoTime());
        fastPath.put(station(0), bed.hostEnd(0), true, false);
        assertEquals(before, fastPath.lastSeen(station(0)).orElseThrow());
    }

    /** The entry of a port whose own MAC is not known contains a placeholder, which no frame's source may match. */
    @Test
    void noSourceMatchesAPortWhoseOwnMacIsNotKnown() throws Exception {
        fastPath.remove(station(0));
        assertEquals(SLOW, fates.of(udp(0, mac(1))));
        assertEquals(SLOW, fates.of(udp(0xffff_ffff_ffffL, mac(1))));
        assertEquals(SLOW, fates.of(udp()));
    }

    @Test
    void aStationBehindAContainersBridgeTakesTheFastPathOnlyFromThePortItWasPutOn() throws Exception {
        assertEquals(SLOW, fates.of(udp(UNKNOWN, mac(1))));
        StationKey behind = new StationKey(UNKNOWN, 0, FastPathBed.SWITCH);
        fastPath.put(behind, bed.hostEnd(0), false, false);
        assertEquals(FAST, fates.of(udp(UNKNOWN, mac(1))));
        fastPath.put(behind, bed.hostEnd(1), false, false);
        assertEquals(SLOW, fates.of(udp(UNKNOWN, mac(1))), "it has moved to another port");
    }

    /** The program accepts a port's own MAC without a lookup. It must stop doing so as soon as the MAC has moved. */
    @Test
    void framesFromAPortsOwnMacTakeTheSlowPathAfterTheMacHasMoved() throws Exception {
        fastPath.put(station(0), bed.hostEnd(1), true, false);
        assertEquals(SLOW, fates.of(udp()));
        fastPath.put(station(0), bed.hostEnd(0), true, false);
        fastPath.put(station(1), bed.hostEnd(1), true, false);
        assertEquals(FAST, fates.of(udp()));
    }

    @Test
    void stationsOfAnotherSwitchAreNotReached() throws Exception {
        fastPath.remove(station(1));
        fastPath.put(new StationKey(mac(1), 0, FastPathBed.SWITCH + 1), bed.hostEnd(1), true, false);
        assertEquals(SLOW, fates.of(udp()));
    }

    @Test
    void framesFromOrToASlowPortOrStationTakeTheSlowPath() throws Exception {
        FastPathPort in = bed.port(0);
        FastPathPort out = bed.port(1);
        bed.add(fastPath, slow(in));
        assertEquals(SLOW, fates.of(udp()));
        bed.add(fastPath, in);
        assertEquals(FAST, fates.of(udp()));
        bed.add(fastPath, slow(out));
        assertEquals(SLOW, fates.of(udp()));
        bed.add(fastPath, out);
        fastPath.put(station(1), bed.hostEnd(1), true, true);
        assertEquals(SLOW, fates.of(udp()));
        fastPath.put(station(1), bed.hostEnd(1), true, false);
        assertEquals(FAST, fates.of(udp()));
        fastPath.put(station(0), bed.hostEnd(0), true, true);
        assertEquals(SLOW, fates.of(udp()));
    }

    private static FastPathPort slow(FastPathPort port) {
        return new FastPathPort(port.switchId(), port.hostEnd(), port.tap(), port.mtu(), true, true, false);
    }

    private static FastPathPort isolated(FastPathPort port) {
        return new FastPathPort(port.switchId(), port.hostEnd(), port.tap(), port.mtu(), true, false, true);
    }

    @Test
    void onlyFramesBetweenTwoIsolatedPortsTakeTheSlowPath() throws Exception {
        bed.add(fastPath, isolated(bed.port(0)));
        assertEquals(FAST, fates.of(udp()));
        bed.add(fastPath, isolated(bed.port(1)));
        assertEquals(SLOW, fates.of(udp()));
    }

    @Test
    void framesToAPortWhoseFarEndIsNotReachableAreSentByItsHostEnd() throws Exception {
        FastPathPort port = bed.port(1);
        bed.add(fastPath, new FastPathPort(port.switchId(), port.hostEnd(), port.tap(), 1500, false, false, false));
        long before = sentByHostEnd();
        assertEquals(FAST, fates.of(udp()));
        assertEquals(before + 1, sentByHostEnd());
        bed.add(fastPath, port);
        assertEquals(FAST, fates.of(udp()));
        assertEquals(before + 1, sentByHostEnd(), "the frame was redirected without passing the host end");
    }

    private long sentByHostEnd() {
        return Long.parseLong(
                bed.host.exec("cat", "/sys/class/net/h1/statistics/tx_packets").strip());
    }

    @Test
    void arpTakesTheSlowPathWhileUserspaceRunsAndUnicastArpTheFastPathOtherwise() throws Exception {
        beat(0);
        assertEquals(SLOW, fates.of(TestFrame.of(mac(0), mac(1), ARP)));
        assertEquals(SLOW, fates.of(TestFrame.of(mac(0), 0xffff_ffff_ffffL, ARP)));
        beat(10);
        assertEquals(FAST, fates.of(TestFrame.of(mac(0), mac(1), ARP)));
        assertEquals(SLOW, fates.of(TestFrame.of(mac(0), 0xffff_ffff_ffffL, ARP)));
        beat(0);
        assertEquals(SLOW, fates.of(TestFrame.of(mac(0), mac(1), ARP)));
        beat(-10);
        assertEquals(
                SLOW,
                fates.of(TestFrame.of(mac(0), mac(1), ARP)),
                "a heartbeat in the future means that userspace runs");
    }

    @Test
    void neighbourDiscoveryTakesTheSlowPathWhileUserspaceRunsAndEchoesTakeTheFastPath() throws Exception {
        for (int type = 133; type <= 137; type++) assertEquals(SLOW, fates.of(icmpv6(type)), "type " + type);
        for (int type : new int[] {1, 2, 3, 4, 128, 129}) assertEquals(FAST, fates.of(icmpv6(type)), "type " + type);
        for (int type : new int[] {0, 5, 127, 130, 132, 138, 143, 255}) {
            assertEquals(SLOW, fates.of(icmpv6(type)), "type " + type);
        }
        beat(10);
        assertEquals(FAST, fates.of(icmpv6(135)));
        assertEquals(SLOW, fates.of(icmpv6(143)), "MLD takes the slow path also without userspace");
    }

    @Test
    void ipv6WithAnExtensionHeaderTakesTheSlowPath() {
        // Hop-by-hop, routing, fragment, authentication, no next header, destination options, mobility.
        for (int nextHeader : new int[] {0, 43, 44, 51, 59, 60, 135}) {
            TestFrame frame = TestFrame.ipv6(mac(0), mac(1), nextHeader).transport(TestFrame.ICMPV6 << 8, 0);
            assertEquals(SLOW, fates.of(frame), "next header " + nextHeader);
        }
    }

    @Test
    void arpAndNeighbourDiscoveryBehindATagTakeTheSlowPath() throws Exception {
        for (int i = 0; i < 2; i++) {
            fastPath.put(new StationKey(mac(i), 9, FastPathBed.SWITCH), bed.hostEnd(i), true, false);
        }
        TestFrame plain = udp();
        assertEquals(FAST, fates.of(plain, plain.tagged(VLAN, 9)));
        TestFrame solicitation = icmpv6(135);
        assertEquals(SLOW, fates.of(solicitation, solicitation.tagged(VLAN, 9)));
        TestFrame arp = TestFrame.of(mac(0), mac(1), ARP);
        assertEquals(SLOW, fates.of(arp, arp.tagged(VLAN, 9)));
        TestFrame twice = udp();
        assertEquals(SLOW, fates.of(twice, TestFrame.tag(twice.tagged(VLAN, 5), VLAN, 9)), "two tags");
    }

    @Test
    void theVlanIsPartOfAStationsKey() throws Exception {
        TestFrame in9 = udp();
        assertEquals(SLOW, fates.of(in9, in9.tagged(VLAN, 9)), "the stations are known without a tag only");
        for (int i = 0; i < 2; i++) {
            fastPath.put(new StationKey(mac(i), 9, FastPathBed.SWITCH), bed.hostEnd(i), true, false);
        }
        assertEquals(FAST, fates.of(in9, in9.tagged(VLAN, 9)));
        assertEquals(SLOW, fates.of(in9, in9.tagged(VLAN, 8)));
        assertEquals(SLOW, fates.of(in9, in9.tagged(SERVICE_VLAN, 9)), "a service tag");
        TestFrame priority = udp();
        assertEquals(FAST, fates.of(priority, priority.tagged(VLAN, 0xe000)), "VID 0 with a priority is no VLAN");
    }

    @Test
    void aTaggedFrameKeepsItsTag() throws Exception {
        for (int i = 0; i < 2; i++) {
            fastPath.put(new StationKey(mac(i), 9, FastPathBed.SWITCH), bed.hostEnd(i), true, false);
        }
        try (RawEnd inVlan9 = bed.container(1)) {
            inVlan9.receiveOnly(9);
            TestFrame untagged = udp();
            assertEquals(FAST, fates.of(untagged));
            TestFrame tagged = udp();
            assertEquals(FAST, fates.of(tagged, tagged.tagged(VLAN, 9)));
            Optional<byte[]> first;
            do {
                first = inVlan9.poll();
            } while (first.isEmpty());
            assertTrue(tagged.is(first.get()), "a frame without the tag arrived");
        }
    }

    /** A worker counts the frames that it reads from a TAP with their tags, and the fast path must count the same bytes. */
    @Test
    void aTagIsCountedInTheBytes() throws Exception {
        TestFrame frame = udp();
        FastPathCounters before = fastPath.counters(bed.hostEnd(0));
        assertEquals(FAST, fates.of(frame, frame.tagged(VLAN, 0xe000)));
        FastPathCounters after = fastPath.counters(bed.hostEnd(0));
        assertEquals(1, after.rxFrames() - before.rxFrames());
        assertEquals(frame.bytes().length + 4, after.rxBytes() - before.rxBytes());
    }

    @Test
    void dhcpTakesTheSlowPathInBothDirectionsAndBothVersions() {
        for (int port : new int[] {67, 68}) {
            assertEquals(
                    SLOW, fates.of(TestFrame.ipv4(mac(0), mac(1), TestFrame.UDP).transport(port, 9)));
            assertEquals(
                    SLOW, fates.of(TestFrame.ipv4(mac(0), mac(1), TestFrame.UDP).transport(9, port)));
            assertEquals(
                    FAST, fates.of(TestFrame.ipv4(mac(0), mac(1), TestFrame.TCP).transport(9, port)));
        }
        for (int port : new int[] {546, 547}) {
            assertEquals(
                    SLOW, fates.of(TestFrame.ipv6(mac(0), mac(1), TestFrame.UDP).transport(port, 9)));
            assertEquals(
                    SLOW, fates.of(TestFrame.ipv6(mac(0), mac(1), TestFrame.UDP).transport(9, port)));
        }
    }

    @Test
    void etherTypesThatTheSwitchDoesNotInterpretTakeTheFastPath() {
        for (int type : new int[] {0x0600, 0x8035, 0x8847, 0x8863, 0x888e, 0x88b5, 0x88cc, 100}) {
            TestFrame frame = TestFrame.of(mac(0), mac(1), type);
            assertEquals(FAST, fates.of(frame), "type " + Integer.toHexString(type));
            assertEquals(SLOW, fates.of(TestFrame.of(mac(0), UNKNOWN, type)), "to an unknown station");
        }
    }

    @Test
    void unusualIpTakesTheSlowPath() {
        assertEquals(SLOW, fates.of(udp().set8(TestFrame.ETHERNET, 0x46)), "IPv4 with options");
        assertEquals(SLOW, fates.of(udp().set8(TestFrame.ETHERNET, 0x65)), "IPv4 of another version");
        assertEquals(SLOW, fates.of(TestFrame.ipv4(mac(0), mac(1), 2)), "IGMP");
        assertEquals(SLOW, fates.of(icmpv6(128).set8(TestFrame.ETHERNET, 0x40)), "IPv6 of another version");
    }

    @Test
    void framesLargerThanTheMtuOfTheEgressPortTakeTheSlowPath() throws Exception {
        bed.host.ip("link", "set", "h0", "mtu", "9000");
        bed.containers.get(0).ip("link", "set", "eth0", "mtu", "9000");
        assertEquals(FAST, fates.of(ofLength(1514)));
        assertEquals(SLOW, fates.of(ofLength(1515)));
        assertEquals(SLOW, fates.of(ofLength(8014)));
        TestFrame tagged = ofLength(1514);
        assertEquals(FAST, fates.of(tagged, tagged.tagged(VLAN, 0xe000)), "the tag does not count");
        FastPathPort port = bed.port(1);
        bed.add(fastPath, new FastPathPort(port.switchId(), port.hostEnd(), port.tap(), 9000));
        bed.host.ip("link", "set", "h1", "mtu", "9000");
        bed.containers.get(1).ip("link", "set", "eth0", "mtu", "9000");
        assertEquals(
                SLOW,
                fates.of(ofLength(8014)),
                "programs can read only the first 14 bytes, because the rest is not in the linear part of the buffer");
        TestFrame large = ofLength(8014);
        byte[] header = ByteBuffer.allocate(RawEnd.VNET_HEADER)
                .order(ByteOrder.nativeOrder())
                .putShort(2, (short) 64)
                .array();
        assertEquals(FAST, fates.of(large, header, large.bytes()));
    }

    private static TestFrame ofLength(int length) {
        return TestFrame.ipv4(length, mac(0), mac(1), TestFrame.UDP).transport(4_000, 4_001);
    }

    /** The headers have 54 bytes, so that a segment with 1,460 bytes of payload fits into the MTU and one with 1,461 does not. */
    @Test
    void aTcpSuperFrameIsJudgedByItsSegments() {
        assertEquals(FAST, superFrame(TestFrame.TCP, 1_460));
        assertEquals(SLOW, superFrame(TestFrame.TCP, 1_461));
    }

    @Test
    void aUdpSuperFrameTakesTheSlowPath() {
        assertEquals(SLOW, superFrame(TestFrame.UDP, 1_000));
    }

    /** Sends a frame of 6,000 bytes whose virtio_net_hdr (linux/virtio_net.h) requests segments with {@code segment} bytes of payload. */
    private Fate superFrame(int protocol, int segment) {
        boolean isTcp = protocol == TestFrame.TCP;
        int transport = TestFrame.ETHERNET + TestFrame.IPV4;
        TestFrame frame = TestFrame.ipv4(6_000, mac(0), mac(1), protocol).transport(4_000, 4_001);
        if (isTcp) frame.set8(transport + 12, 0x50);
        else frame.set16(transport + 4, 6_000 - transport);
        ByteBuffer header = ByteBuffer.allocate(RawEnd.VNET_HEADER).order(ByteOrder.nativeOrder());
        header.put((byte) 1).put((byte) (isTcp ? 1 : 5)).putShort((short) (transport + (isTcp ? 20 : 8)));
        header.putShort((short) segment).putShort((short) transport).putShort((short) (isTcp ? 16 : 6));
        return fates.of(frame, header.array(), frame.bytes());
    }

    @Test
    void aFrameThatIsShorterThanItsHeadersTakesTheSlowPath() {
        TestFrame frame = udp();
        byte[] whole = frame.bytes();
        ByteBuffer cut = ByteBuffer.allocate(36).put(whole, 0, 32).put(whole, whole.length - 4, 4);
        assertEquals(SLOW, fates.of(frame, cut.array()));
    }

    @Test
    void slowFramesAreCountedAsSlowAndNotAsForwarded() throws Exception {
        FastPathCounters before = fastPath.counters(bed.hostEnd(0));
        assertEquals(SLOW, fates.of(udp(mac(0), UNKNOWN)));
        FastPathCounters after = fastPath.counters(bed.hostEnd(0));
        assertEquals(before.rxFrames(), after.rxFrames());
        assertEquals(before.rxBytes(), after.rxBytes());
        assertEquals(before.slowFrames() + 1, after.slowFrames());
    }
}
