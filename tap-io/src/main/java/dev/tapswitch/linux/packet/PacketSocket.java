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
 * A packet socket (packet(7)) that is read and written as a TAP's queue is: what comes in on an interface can be read, before the bridge that it
 * may be a port of sees it; what is written leaves by it. Answers are -errno where the kernel refuses.
 *
 * <p>Read are whole frames as they came, but no tagged ones: the kernel has taken the tag off by then and does not give it to
 * read(2), and a frame without its tag is another one. Of each of them a stub of one byte is read, so that it is counted.
 */
public final class PacketSocket {
    /** Some hundred super-frames, each of which the kernel counts with what it takes of memory. A TAP keeps 1,000. */
    private static final int RECEIVE_BUFFER = 32 << 20;

    private static final int WHOLE_FRAME = 0x7fffffff;
    /** Less than an Ethernet header. */
    private static final int STUB = 1;

    private PacketSocket() {}

    /** A socket that receives from now on; not blocking. */
    public static int open(int interfaceIndex) {
        int type = Linux.SOCK_RAW | Linux.SOCK_CLOEXEC | Linux.O_NONBLOCK;
        // Of no protocol until it is bound, so that nothing of other interfaces comes in.
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
        // The filter does the same, but for a group of sockets: there the kernel asks only the filter before Linux
        // 5.17.
        if (result >= 0) result = set(fd, Packet.SOL_PACKET, Packet.PACKET_IGNORE_OUTGOING, 1);
        return result;
    }

    /** Nothing of what we write, and a stub of what had a tag. */
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

    /** Has the sockets share what comes in, a flow always to the same one. Until then each has had all of it. */
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

    /** Forgets what waits to be read. */
    public static void drain(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment some = arena.allocate(64);
            while (Libc.recv(fd, some.address(), (int) some.byteSize(), Linux.MSG_TRUNC) > 0) {
                // One less.
            }
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
