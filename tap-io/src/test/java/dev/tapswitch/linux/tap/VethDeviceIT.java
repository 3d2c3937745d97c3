package dev.tapswitch.linux.tap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.core.net.MacAddress;
import dev.tapswitch.linux.device.LinkState;
import dev.tapswitch.linux.netlink.RtNetlink;
import dev.tapswitch.linux.netns.NamespaceThread;
import dev.tapswitch.linux.packet.PacketSocket;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.veth.VethDevice;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The host end of a veth pair is taken over from its bridge and returned to it. */
@Timeout(400)
class VethDeviceIT {
    /** The number in each frame that is sent before a test begins. */
    private static final int PROBE = 1_000;

    private static final int HEADER = TunFile.VNET_HEADER_SIZE;
    /** EtherType for local experiments (IEEE 802 clause 9.2.3); nobody else sends it. */
    private static final int TEST_TYPE = 0x88b5;

    private static final int VLAN = 0x8100;
    private static final int TAG = 4;
    private static final int LENGTH = 60;
    private static final int LARGE = 2_048;

    /** The body of a test, in a namespace with two veth pairs, host1 with peer1 and host2 with peer2; host1 and host2 are ports of bridge0. */
    private interface Work {
        /**
         * Runs in the namespace.
         *
         * @param container a packet socket on peer1
         * @param other a packet socket on peer2
         */
        void run(NetnsFixture netns, int container, int other) throws DeviceException;
    }

    private static void onABridge(Work work) throws DeviceException {
        try (NetnsFixture netns = new NetnsFixture()) {
            netns.ip("link", "add", "bridge0", "type", "bridge");
            netns.ip("link", "set", "bridge0", "up");
            for (int i = 1; i <= 2; i++) {
                netns.ip("link", "add", "host" + i, "type", "veth", "peer", "name", "peer" + i);
                netns.ip("link", "set", "host" + i, "master", "bridge0", "up");
                netns.ip("link", "set", "peer" + i, "up");
            }
            NamespaceThread.call(netns.namespace(), () -> {
                int container = socketOn("peer1");
                int other = socketOn("peer2");
                try {
                    awaitForwarding(container, other);
                    awaitForwarding(other, container);
                    work.run(netns, container, other);
                } finally {
                    Libc.close(container);
                    Libc.close(other);
                }
                return null;
            });
        }
    }

    /** The kernel notices a carrier with a delay, and a bridge's port forwards only after that. */
    private static void awaitForwarding(int from, int to) {
        int first = retried(() -> {
            write(from, TEST_TYPE, PROBE);
            return next(to);
        });
        assertEquals(PROBE, first);
    }

    /** The kernel notices a change of the carrier with a delay. */
    private static void awaitState(LinkState state, VethDevice veth) {
        retried(() -> veth.state() == state ? 0 : -1);
        assertEquals(state, veth.state());
    }

    private static int socketOn(String device) throws DeviceException {
        try (RtNetlink links = new RtNetlink()) {
            int fd = PacketSocket.open(links.find(device).orElseThrow().index());
            assertTrue(fd >= 0, Errno.text(fd));
            return fd;
        }
    }

    /** Writes a broadcast frame that contains a number. The frame is tagged if {@code type} is that of a VLAN tag. */
    private static void write(int fd, int type, int number) {
        ByteBuffer frame = ByteBuffer.allocate(HEADER + LENGTH);
        for (int i = 0; i < 6; i++) frame.put(HEADER + i, (byte) 0xff);
        frame.put(HEADER + 6, (byte) 2).putShort(HEADER + 12, (short) type);
        frame.putShort(HEADER + 14, (short) 7).putShort(HEADER + 16, (short) TEST_TYPE);
        frame.putInt(HEADER + 20, number);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocateFrom(ValueLayout.JAVA_BYTE, frame.array());
            assertEquals(frame.capacity(), Libc.write(fd, memory.address(), frame.capacity()));
        }
    }

    /** Reads like {@link #next}, but skips probes that arrive late. */
    private static int read(int fd) {
        int number = next(fd);
        while (number == PROBE) number = next(fd);
        return number;
    }

    /** Reads the number in the next test frame; -1 if there is none. Skips frames that the kernel sends by itself. */
    private static int next(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(LARGE);
            for (int length; (length = Libc.read(fd, memory.address(), LARGE)) > 0; ) {
                ByteBuffer frame = memory.asSlice(0, length).asByteBuffer();
                boolean isTestFrame = length >= HEADER + LENGTH - TAG
                        && (Short.toUnsignedInt(frame.getShort(HEADER + 12)) == TEST_TYPE
                                || Short.toUnsignedInt(frame.getShort(HEADER + 16)) == TEST_TYPE);
                if (isTestFrame) return frame.getInt(HEADER + 20);
            }
            return -1;
        }
    }

    /** Reads like {@link #read}, but waits for the frame: on a busy machine the kernel delivers it only after the write has returned. */
    private static int await(int fd) {
        return retried(() -> read(fd));
    }

    /** Repeats until the result is not negative, for at most 20 s. */
    private static int retried(IntSupplier attempt) {
        long end = System.nanoTime() + 20_000_000_000L;
        int result = attempt.getAsInt();
        while (result < 0 && System.nanoTime() < end) {
            LockSupport.parkNanos(1_000_000);
            result = attempt.getAsInt();
        }
        return result;
    }

    @Test
    void framesArriveAtTheDeviceInsteadOfTheBridgeUntilItIsClosed() throws Exception {
        onABridge((netns, container, other) -> {
            write(container, TEST_TYPE, 1);
            assertEquals(1, await(other));
            VethDevice veth = VethDevice.open("host1", 1);
            write(container, TEST_TYPE, 2);
            assertEquals(2, await(veth.queueFds()[0]));
            assertEquals(-1, read(other));
            // The bridge does not forward frames of other ports to it either.
            write(other, TEST_TYPE, 3);
            assertEquals(-1, read(container));
            veth.close();
            write(container, TEST_TYPE, 4);
            assertEquals(4, await(other));
            write(other, TEST_TYPE, 5);
            assertEquals(5, await(container));
        });
    }

    @Test
    void aWrittenFrameIsSentAndIsNotReadBack() throws Exception {
        onABridge((netns, container, other) -> {
            try (VethDevice veth = VethDevice.open("host1", 2)) {
                write(veth.queueFds()[0], TEST_TYPE, 1);
                assertEquals(1, await(container));
                for (int queue : veth.queueFds()) assertEquals(-1, read(queue));
            }
        });
    }

    @Test
    void twoQueuesShareTheFramesAndAFlowStaysInOrder() throws Exception {
        onABridge((netns, container, other) -> {
            try (VethDevice veth = VethDevice.open("host1", 2)) {
                int[] queues = veth.queueFds();
                for (int i = 0; i < 20; i++) write(container, TEST_TYPE, i);
                int serving = retried(() -> read(queues[0]) == 0 ? queues[0] : read(queues[1]) == 0 ? queues[1] : -1);
                for (int i = 1; i < 20; i++) assertEquals(i, await(serving));
                for (int queue : queues) assertEquals(-1, read(queue));
            }
        });
    }

    /** The kernel removes the tag, so that the whole frame would be read as a frame of another VLAN. */
    @Test
    void aTaggedFrameIsReadAsAStub() throws Exception {
        onABridge((netns, container, other) -> {
            try (VethDevice veth = VethDevice.open("host1", 1);
                    Arena arena = Arena.ofConfined()) {
                int queue = veth.queueFds()[0];
                write(container, VLAN, 1);
                MemorySegment memory = arena.allocate(LARGE);
                // Skips frames that the kernel sends by itself.
                int length = retried(() -> {
                    int read = Libc.read(queue, memory.address(), LARGE);
                    return read > HEADER + 1 ? -1 : read;
                });
                assertEquals(HEADER + 1, length);
                write(container, TEST_TYPE, 2);
                assertEquals(2, await(queue));
            }
        });
    }

    /** Linux before 5.18 cannot lock a port, so that disabling it must suffice. */
    @Test
    void aPortThatCannotBeLockedIsShutToo() throws Exception {
        onABridge((netns, container, other) -> {
            try (VethDevice veth = VethDevice.open("host1", 1)) {
                NetnsFixture.run(
                        "ip", "netns", "exec", netns.name, "bridge", "link", "set", "dev", "host1", "locked", "off");
                awaitState(LinkState.UP, veth);
                write(container, TEST_TYPE, 1);
                assertEquals(1, await(veth.queueFds()[0]));
                assertEquals(-1, read(other));
            }
        });
    }

    @Test
    void theStateIsThatOfThePair() throws Exception {
        onABridge((netns, container, other) -> {
            try (VethDevice veth = VethDevice.open("host1", 1)) {
                awaitState(LinkState.UP, veth);
                netns.ip("link", "set", "peer1", "down");
                awaitState(LinkState.DOWN, veth);
                netns.ip("link", "set", "peer1", "up");
                awaitState(LinkState.UP, veth);
                assertTrue(netns.ipJson("link", "show", "host1").contains(macText(veth.mac())));
                netns.ip("link", "del", "host1");
                awaitState(LinkState.GONE, veth);
                assertThrows(DeviceException.class, veth::mac);
            }
        });
    }

    @Test
    void aLinkThatIsNotAPortOfABridgeIsRefused() throws Exception {
        onABridge((netns, container, other) -> {
            assertRefused("peer1", "cannot take over veth \"peer1\": shutting its bridge's port: ");
            assertRefused("bridge0", "cannot take over veth \"bridge0\": it is not a veth");
            assertRefused("absent0", "cannot take over veth \"absent0\": the veth is gone");
        });
    }

    private static void assertRefused(String device, String start) {
        String message = assertThrows(DeviceException.class, () -> VethDevice.open(device, 1))
                .getMessage();
        assertTrue(message.startsWith(start) && message.lines().count() == 1, message);
    }

    private static String macText(long mac) {
        return MacAddress.format(mac);
    }
}
