package dev.tapswitch.linux.packet;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.sys.Linux;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A packet socket (packet(7)) that is read and written like the queue of a TAP, with a virtio-net header before each frame. It receives the
 * frames that arrive on an interface, before the bridge of which the interface may be a port; frames that are written leave through the
 * interface. Methods return -errno if the kernel refuses.
 *
 * <p>A read returns a whole frame as it arrived. VLAN-tagged frames are the exception: the kernel has removed the tag by then and read(2)
 * does not return it, and without its tag a frame would belong to another VLAN. For each tagged frame a read returns a stub of one byte, so
 * that the drop is counted.
 */
public final class PacketSocket {
    /** Bytes for some hundred super-frames, which the kernel counts with their overhead in memory. A TAP queues 1,000 frames. */
    private static final int RECEIVE_BUFFER = 32 << 20;

    private static final int WHOLE_FRAME = 0x7fffffff;
    /** Bytes; shorter than an Ethernet header, so that no frame is mistaken for a stub. */
    private static final int STUB = 1;

    private PacketSocket() {}

    /** Opens a non-blocking socket on an interface of the calling thread's namespace. It receives from now on. Returns its descriptor or -errno. */
    public static int open(int interfaceIndex) {
        int type = Linux.SOCK_RAW | Linux.SOCK_CLOEXEC | Linux.O_NONBLOCK;
        // Protocol 0 until the socket is bound, so that it receives nothing from other interfaces.
        int fd = Libc.socket(Packet.AF_PACKET, type, 0);
        if (fd < 0) return fd;
        int result = prepare(fd);
        if (result >= 0) result = bind(fd, interfaceIndex);
        if (result >= 0) return fd;
        Libc.close(fd);
        return result;
    }

    private static int prepare(int fd) {
        int result = set(fd, Packet.SOL_PACKET, Packet.PACKET_VNET_HDR, 1);
        if (result >= 0) result = set(fd, Linux.SOL_SOCKET, Packet.SO_RCVBUFFORCE, RECEIVE_BUFFER);
        if (result >= 0) result = filter(fd);
        // The filter drops outgoing frames too, because Linux before 5.17 ignores this option for a fanout group.
        if (result >= 0) result = set(fd, Packet.SOL_PACKET, Packet.PACKET_IGNORE_OUTGOING, 1);
        return result;
    }

    /** Attaches a filter that passes no outgoing frame, a stub of a tagged frame, and all other frames whole. */
    private static int filter(int fd) {
        int[][] program = {
            {Packet.BPF_LOAD_WORD, 0, 0, Packet.BPF_PACKET_TYPE},
            {Packet.BPF_JUMP_IF_EQUAL, 3, 0, Packet.PACKET_OUTGOING},
            {Packet.BPF_LOAD_WORD, 0, 0, Packet.BPF_HAS_VLAN_TAG},
            {Packet.BPF_JUMP_IF_EQUAL, 0, 2, 0},
            {Packet.BPF_RETURN, 0, 0, WHOLE_FRAME},
            {Packet.BPF_RETURN, 0, 0, 0},
            {Packet.BPF_RETURN, 0, 0, STUB},
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
            return Libc.setsockopt(
                    fd, Linux.SOL_SOCKET, Packet.SO_ATTACH_FILTER, whole.address(), Packet.BPF_PROGRAM_SIZE);
        }
    }

    private static int bind(int fd, int interfaceIndex) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(Packet.SOCKADDR_LL_SIZE, 8);
            address.set(JAVA_SHORT, 0, (short) Packet.AF_PACKET);
            address.set(JAVA_SHORT, Packet.SOCKADDR_LL_PROTOCOL, (short) Packet.ETH_P_ALL_NETWORK_ORDER);
            address.set(JAVA_INT, Packet.SOCKADDR_LL_INDEX, interfaceIndex);
            return Libc.bind(fd, address.address(), Packet.SOCKADDR_LL_SIZE);
        }
    }

    /**
     * Joins the sockets to a fanout group: each frame goes to one of them, the frames of a flow to the same one. Until then each socket
     * received all frames.
     */
    public static int share(int[] fds) {
        if (fds.length == 1) return 0;
        int how = Packet.PACKET_FANOUT_HASH << 16;
        int result =
                set(fds[0], Packet.SOL_PACKET, Packet.PACKET_FANOUT, how | Packet.PACKET_FANOUT_FLAG_UNIQUEID << 16);
        int group = result < 0 ? result : get(fds[0], Packet.SOL_PACKET, Packet.PACKET_FANOUT);
        if (group < 0) return group;
        for (int i = 1; i < fds.length && result >= 0; i++) {
            result = set(fds[i], Packet.SOL_PACKET, Packet.PACKET_FANOUT, group & 0xFFFF | how);
        }
        return result;
    }

    /** Discards the frames that are queued in the socket. */
    public static void drain(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment some = arena.allocate(64);
            int received;
            do {
                received = Libc.recv(fd, some.address(), (int) some.byteSize(), Linux.MSG_TRUNC);
            } while (received > 0);
        }
    }

    private static int set(int fd, int level, int option, int value) {
        try (Arena arena = Arena.ofConfined()) {
            return Libc.setsockopt(
                    fd, level, option, arena.allocateFrom(JAVA_INT, value).address(), Integer.BYTES);
        }
    }

    private static int get(int fd, int level, int option) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocateFrom(JAVA_INT, 0);
            MemorySegment length = arena.allocateFrom(JAVA_INT, Integer.BYTES);
            int result = Libc.getsockopt(fd, level, option, value.address(), length.address());
            return result < 0 ? result : value.get(JAVA_INT, 0);
        }
    }
}
