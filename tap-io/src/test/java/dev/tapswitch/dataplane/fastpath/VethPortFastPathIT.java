package dev.tapswitch.dataplane.fastpath;

import static dev.tapswitch.dataplane.fastpath.FastPathBed.ipv4;
import static dev.tapswitch.dataplane.fastpath.FastPathBed.ipv6;
import static dev.tapswitch.dataplane.fastpath.FastPathBed.mac;
import static dev.tapswitch.dataplane.fastpath.FastPathBed.station;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.core.net.MacAddress;
import dev.tapswitch.dataplane.fastpath.FastPathSettings.Attachment;
import dev.tapswitch.linux.bpf.TestNamespace;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.veth.VethBed;
import dev.tapswitch.linux.veth.VethPort;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Veth ports with the fast path's programs: slow frames arrive in the queue of the port's TAP, known ones go directly to the other container. */
@Timeout(180)
class VethPortFastPathIT {
    /** include/uapi/linux/virtio_net.h: VIRTIO_NET_HDR_F_NEEDS_CSUM, VIRTIO_NET_HDR_GSO_TCPV4. */
    private static final int NEEDS_CHECKSUM = 1;

    private static final int GSO_TCPV4 = 1;
    private static final int TCP_HEADER = 20;
    private static final int CHECKSUM_OFFSET = 16;

    private VethBed bed;
    private FastPath fastPath;
    private final List<VethPort> ports = new ArrayList<>();

    @BeforeEach
    void connect() throws Exception {
        FastPathBed.assume(Attachment.TCX);
        bed = new VethBed(2);
        for (int i = 0; i < 2; i++) ports.add(open(i, true));
        fastPath = FastPath.open(FastPathBed.settings(Attachment.TCX));
        for (VethPort port : ports) add(port);
        fastPath.beat(System.nanoTime());
    }

    private VethPort open(int i, boolean offload) throws DeviceException {
        VethPort port = VethPort.open(
                bed.spec(
                        i,
                        end -> end.mac(mac(i)).offload(offload).addresses(List.of(ipv4(i) + "/24", ipv6(i) + "/64"))),
                bed.links);
        port.setNonBlocking(true);
        return port;
    }

    private void add(VethPort port) throws DeviceException {
        bed.namespace.call(() -> {
            int mtu = port.spec().end().mtu();
            fastPath.add(new FastPathPort(FastPathBed.SWITCH, port.hostEnd(), port.slowPath(), mtu));
            return null;
        });
    }

    @AfterEach
    void disconnect() {
        ports.forEach(VethPort::close);
        if (fastPath != null) fastPath.close();
        if (bed != null) bed.close();
    }

    private void makeKnown() throws DeviceException {
        for (int i = 0; i < 2; i++) {
            fastPath.put(station(i), ports.get(i).hostEnd(), true, false);
            TestNamespace container = bed.containers.get(i);
            String other = MacAddress.format(mac(1 - i));
            for (String address : List.of(ipv4(1 - i), ipv6(1 - i))) {
                container.ip("neigh", "replace", address, "lladdr", other, "dev", "eth0", "nud", "permanent");
            }
        }
    }

    private RawEnd queue(int i) {
        return RawEnd.of(ports.get(i).queueFds()[0]);
    }

    private static byte[] await(RawEnd end, Predicate<byte[]> wanted) {
        while (true) {
            Optional<byte[]> next = end.poll();
            if (next.isPresent() && wanted.test(next.get())) return next.get();
            // @Timeout interrupts this thread.
            assertFalse(Thread.currentThread().isInterrupted(), "the frame did not arrive");
            Thread.onSpinWait();
        }
    }

    private static boolean isUnicast(byte[] frame) {
        return (frame[0] & 1) == 0;
    }

    private static List<byte[]> unicastsIn(RawEnd queue) {
        List<byte[]> found = new ArrayList<>();
        for (Optional<byte[]> next = queue.poll(); next.isPresent(); next = queue.poll()) {
            if (isUnicast(next.get())) found.add(next.get());
        }
        return found;
    }

    @Test
    void framesOfAnUnknownStationArriveInTheQueueOfItsPort() throws Exception {
        try (RawEnd container = RawEnd.on(bed.containers.get(0), "eth0")) {
            TestFrame frame = TestFrame.ipv4(mac(0), mac(1), TestFrame.UDP);
            container.send(frame.bytes());
            await(queue(0), frame::is);
            assertEquals(List.of(), unicastsIn(queue(1)));
        }
    }

    @Test
    void aFrameWrittenToTheQueueReachesTheContainer() throws Exception {
        try (RawEnd container = RawEnd.on(bed.containers.get(0), "eth0")) {
            TestFrame frame = TestFrame.of(mac(1), mac(0), 0x88b5);
            queue(0).send(frame.bytes());
            await(container, frame::is);
        }
    }

    @Test
    void twoPortsPingByTheFastPath() throws Exception {
        makeKnown();
        assertTrue(bed.containers.get(0).reaches(ipv4(1)));
        assertTrue(bed.containers.get(1).reaches(ipv6(0)));
        FastPathCounters counters = fastPath.counters(ports.get(0).hostEnd());
        assertTrue(counters.rxFrames() >= 2 && counters.txFrames() >= 2, counters.toString());
        for (int i = 0; i < 2; i++) assertEquals(List.of(), unicastsIn(queue(i)), "in TAP " + i);
    }

    /** The programs stay attached to the host end, whatever happens at the other end. */
    @Test
    void theFastPathSurvivesAContainerThatRenamesAndFlapsItsEnd() throws Exception {
        TestNamespace container = bed.containers.get(0);
        container.ip("link", "set", "eth0", "down");
        container.ip("link", "set", "eth0", "name", "lan0");
        container.ip("link", "set", "lan0", "up");
        TestFrame frame = TestFrame.ipv4(mac(0), mac(1), TestFrame.UDP);
        try (RawEnd end = RawEnd.on(container, "lan0")) {
            end.send(frame.bytes());
            await(queue(0), frame::is);
        }
    }

    /** After a crash the pair is taken over with a new TAP, which replaces the old one. */
    @Test
    void aPairThatIsTakenOverWithAnotherTapHasASlowPathAgain() throws Exception {
        VethPort before = ports.removeFirst();
        int peer = before.peerIndex();
        for (int queue : before.queueFds()) Libc.close(queue);
        VethPort after = VethPort.takeOver(before.spec(), bed.links, peer);
        ports.addFirst(after);
        after.setNonBlocking(true);
        add(after);
        TestFrame frame = TestFrame.ipv4(mac(0), mac(1), TestFrame.UDP);
        try (RawEnd end = RawEnd.on(bed.containers.get(0), "eth0")) {
            end.send(frame.bytes());
            await(queue(0), frame::is);
        }
    }

    @Test
    void theTapsOffloadsDecideWhetherASuperFrameArrivesWhole() throws Exception {
        int length = 4_054;
        int gsoSize = 1_000;
        try (RawEnd container = RawEnd.on(bed.containers.get(0), "eth0")) {
            container.send(superFrameHeader(gsoSize), superFrame(length));
            assertEquals(length, await(queue(0), VethPortFastPathIT::isTcp).length);
        }
        ports.get(0).update(bed.spec(0, end -> end.mac(mac(0)).offload(false).addresses(addresses())));
        try (RawEnd container = RawEnd.on(bed.containers.get(0), "eth0")) {
            container.send(superFrameHeader(gsoSize), superFrame(length));
            int headers = TestFrame.ETHERNET + TestFrame.IPV4 + TCP_HEADER;
            for (int rest = length - headers; rest > 0; ) {
                byte[] segment = await(queue(0), VethPortFastPathIT::isTcp);
                assertEquals(Math.min(gsoSize, rest), segment.length - headers);
                rest -= segment.length - headers;
            }
            assertFalse(queue(0).poll().filter(VethPortFastPathIT::isTcp).isPresent());
        }
    }

    private static List<String> addresses() {
        return List.of(ipv4(0) + "/24", ipv6(0) + "/64");
    }

    private static boolean isTcp(byte[] frame) {
        return isUnicast(frame) && ByteBuffer.wrap(frame).getShort(12) == 0x0800 && frame[23] == TestFrame.TCP;
    }

    private static byte[] superFrame(int length) {
        TestFrame frame = TestFrame.ipv4(length, mac(0), mac(1), TestFrame.TCP).transport(4_000, 4_001);
        // Data offset 5, flag ACK.
        return frame.set16(TestFrame.ETHERNET + TestFrame.IPV4 + 12, 0x5010).bytes();
    }

    private static byte[] superFrameHeader(int gsoSize) {
        int transport = TestFrame.ETHERNET + TestFrame.IPV4;
        return ByteBuffer.allocate(RawEnd.VNET_HEADER)
                .order(ByteOrder.nativeOrder())
                .put((byte) NEEDS_CHECKSUM)
                .put((byte) GSO_TCPV4)
                .putShort((short) (transport + TCP_HEADER))
                .putShort((short) gsoSize)
                .putShort((short) transport)
                .putShort((short) CHECKSUM_OFFSET)
                .array();
    }
}
