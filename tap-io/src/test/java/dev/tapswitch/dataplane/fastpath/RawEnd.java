package dev.tapswitch.dataplane.fastpath;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.linux.bpf.TestNamespace;
import dev.tapswitch.linux.packet.Packet;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.sys.Linux;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;

/** Reads and writes raw frames with their virtio_net_hdr, by a packet socket on a container's interface or by a TAP's queue. */
final class RawEnd implements AutoCloseable {
    static final int VNET_HEADER = 10;
    private static final int BUFFER = 1 << 17;
    /** include/uapi/linux/filter.h: SKF_AD_OFF + SKF_AD_VLAN_TAG, which is 0 for a frame without a tag. */
    private static final int VLAN_TAG = -0x1000 + 44;

    private final int fd;
    private final boolean isOurs;

    private RawEnd(int fd, boolean isOurs) {
        this.fd = fd;
        this.isOurs = isOurs;
    }

    /** The caller still owns the descriptor and closes it. */
    static RawEnd of(int fd) {
        return new RawEnd(fd, false);
    }

    static RawEnd on(TestNamespace namespace, String device) throws DeviceException {
        int ifindex = namespace.ifindex(device);
        return new RawEnd(namespace.call(() -> open(ifindex)), true);
    }

    private static int open(int ifindex) {
        int fd = Libc.socket(Packet.AF_PACKET, Linux.SOCK_RAW | Linux.SOCK_CLOEXEC | Linux.O_NONBLOCK, 0);
        assertTrue(fd >= 0, () -> Errno.text(fd));
        try (Arena arena = Arena.ofConfined()) {
            long one = arena.allocateFrom(JAVA_INT, 1).address();
            require(Libc.setsockopt(fd, Packet.SOL_PACKET, Packet.PACKET_VNET_HDR, one, Integer.BYTES));
            require(Libc.setsockopt(fd, Packet.SOL_PACKET, Packet.PACKET_IGNORE_OUTGOING, one, Integer.BYTES));
            MemorySegment address = arena.allocate(Packet.SOCKADDR_LL_SIZE, 8);
            address.set(JAVA_SHORT, 0, (short) Packet.AF_PACKET);
            address.set(JAVA_SHORT, Packet.SOCKADDR_LL_PROTOCOL, (short) Packet.ETH_P_ALL_NETWORK_ORDER);
            address.set(JAVA_INT, Packet.SOCKADDR_LL_INDEX, ifindex);
            require(Libc.bind(fd, address.address(), Packet.SOCKADDR_LL_SIZE));
        }
        return fd;
    }

    /** Lets this socket receive only frames with the tag of a VLAN. The bytes that it reads do not contain the tag. */
    void receiveOnly(int vlan) {
        int[][] program = {
            {Packet.BPF_LOAD_WORD, 0, 0, VLAN_TAG},
            {Packet.BPF_JUMP_IF_EQUAL, 0, 1, vlan},
            {Packet.BPF_RETURN, 0, 0, BUFFER},
            {Packet.BPF_RETURN, 0, 0, 0},
        };
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment instructions = arena.allocate((long) program.length * Packet.BPF_INSTRUCTION_SIZE, 8);
            for (int i = 0; i < program.length; i++) {
                long at = (long) i * Packet.BPF_INSTRUCTION_SIZE;
                instructions.set(JAVA_SHORT, at, (short) program[i][0]);
                instructions.set(JAVA_BYTE, at + 2, (byte) program[i][1]);
                instructions.set(JAVA_BYTE, at + 3, (byte) program[i][2]);
                instructions.set(JAVA_INT, at + 4, program[i][3]);
            }
            MemorySegment whole = arena.allocate(Packet.BPF_PROGRAM_SIZE, 8);
            whole.set(JAVA_SHORT, 0, (short) program.length);
            whole.set(JAVA_LONG, 8, instructions.address());
            require(Libc.setsockopt(
                    fd, Linux.SOL_SOCKET, Packet.SO_ATTACH_FILTER, whole.address(), Packet.BPF_PROGRAM_SIZE));
        }
    }

    private static void require(int result) {
        assertTrue(result >= 0, () -> Errno.text(result));
    }

    /** Sends a frame that requests no offload. */
    void send(byte[] frame) {
        send(new byte[VNET_HEADER], frame);
    }

    void send(byte[] header, byte[] frame) {
        try (Arena arena = Arena.ofConfined()) {
            int length = header.length + frame.length;
            MemorySegment memory = arena.allocate(length);
            MemorySegment.copy(header, 0, memory, JAVA_BYTE, 0, header.length);
            MemorySegment.copy(frame, 0, memory, JAVA_BYTE, header.length, frame.length);
            int written = Libc.write(fd, memory.address(), length);
            assertEquals(length, written, () -> Errno.text(written));
        }
    }

    /** Returns the next frame without its virtio_net_hdr, or empty if none has arrived. */
    Optional<byte[]> poll() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(BUFFER);
            int length = Libc.read(fd, memory.address(), BUFFER);
            if (length < VNET_HEADER) return Optional.empty();
            byte[] bytes = memory.asSlice(0, length).toArray(JAVA_BYTE);
            return Optional.of(Arrays.copyOfRange(bytes, VNET_HEADER, length));
        }
    }

    @Override
    public void close() {
        if (isOurs) Libc.close(fd);
    }
}
