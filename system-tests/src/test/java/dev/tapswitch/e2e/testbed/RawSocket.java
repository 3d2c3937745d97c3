package dev.tapswitch.e2e.testbed;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * An AF_PACKET socket (packet(7)) on one device. It sends frames unchanged, and receives the frames that arrive at the device but not those that leave by
 * it. The kernel removes the outer VLAN tag of a received frame; this class inserts it again, so that tests see the frame as it was on the wire.
 */
public final class RawSocket implements AutoCloseable {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final VarHandle ERRNO_VALUE =
            Linker.Option.captureStateLayout().varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final MethodHandle CLOSE = handle("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle INDEX = handle("if_nametoindex", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    private static final MethodHandle SOCKET =
            handle("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle BIND =
            handle("bind", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle SETSOCKOPT =
            handle("setsockopt", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle SEND = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("send"),
            FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT),
            ERRNO);
    private static final MethodHandle RECVMSG = LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow("recvmsg"),
            FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT),
            ERRNO);
    private static final ValueLayout.OfShort BIG_ENDIAN =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private static final int AF_PACKET = 17;
    private static final int SOCK_RAW = 3;
    private static final int ETH_P_ALL_NETWORK_ORDER = 0x0300;
    private static final int SOL_SOCKET = 1;
    private static final int SO_RCVTIMEO = 20;
    private static final int SO_RCVBUFFORCE = 33;
    private static final int SOL_PACKET = 263;
    private static final int PACKET_AUXDATA = 8;
    private static final int PACKET_IGNORE_OUTGOING = 23;
    private static final int EINTR = 4;
    private static final int EAGAIN = 11;
    private static final int ENETDOWN = 100;
    private static final int ENOBUFS = 105;
    private static final int BUFFER_LENGTH = 70_000;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment sendErrno = arena.allocate(Linker.Option.captureStateLayout());
    /** Separate, because one thread may send while another one receives. */
    private final MemorySegment receiveErrno = arena.allocate(Linker.Option.captureStateLayout());

    private final MemorySegment sending = arena.allocate(BUFFER_LENGTH);
    private final MemorySegment receiving = arena.allocate(BUFFER_LENGTH);
    private final MemorySegment control = arena.allocate(256, 8);
    private final MemorySegment message = arena.allocate(56, 8);
    private final int fd;

    private RawSocket(int fd) {
        this.fd = fd;
        MemorySegment vector = arena.allocate(16, 8);
        vector.set(ADDRESS, 0, receiving);
        vector.set(JAVA_LONG, 8, BUFFER_LENGTH);
        message.set(ADDRESS, 16, vector);
        message.set(JAVA_LONG, 24, 1);
        message.set(ADDRESS, 32, control);
    }

    /** Opens a socket in the namespace of the calling thread. */
    public static RawSocket on(String device) {
        try (Arena arena = Arena.ofConfined()) {
            int index = (int) INDEX.invokeExact(arena.allocateFrom(device));
            if (index == 0) throw new AssertionError("no device " + device + " in this namespace");
            int fd = (int) SOCKET.invokeExact(AF_PACKET, SOCK_RAW, 0);
            if (fd < 0) throw new AssertionError("cannot open a raw socket");
            option(arena, fd, SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20);
            option(arena, fd, SOL_PACKET, PACKET_AUXDATA, 1);
            option(arena, fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1);
            MemorySegment timeout = arena.allocate(16, 8);
            timeout.set(JAVA_LONG, 8, 10_000); // microseconds
            check((int) SETSOCKOPT.invokeExact(fd, SOL_SOCKET, SO_RCVTIMEO, timeout, 16), "SO_RCVTIMEO");
            MemorySegment address = arena.allocate(20, 8);
            address.set(JAVA_SHORT, 0, (short) AF_PACKET);
            address.set(JAVA_SHORT, 2, (short) ETH_P_ALL_NETWORK_ORDER);
            address.set(JAVA_INT, 4, index);
            check((int) BIND.invokeExact(fd, address, 20), "bind");
            return new RawSocket(fd);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** Sends one frame unchanged. Only one thread at a time may send. */
    public void send(byte[] frame) {
        MemorySegment.copy(frame, 0, sending, JAVA_BYTE, 0, frame.length);
        try {
            long sent;
            do {
                sent = (long) SEND.invokeExact(sendErrno, fd, sending, (long) frame.length, 0);
            } while (sent < 0 && (int) ERRNO_VALUE.get(sendErrno, 0L) == ENOBUFS);
            if (sent != frame.length) {
                throw new AssertionError(
                        "cannot send " + frame.length + " bytes: errno " + (int) ERRNO_VALUE.get(sendErrno, 0L));
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** Receives matching frames until {@code enough} have arrived or the time is over. */
    public List<byte[]> receive(Predicate<byte[]> wanted, int enough, Duration within) {
        List<byte[]> frames = new ArrayList<>();
        long end = System.nanoTime() + within.toNanos();
        while (frames.size() < enough && System.nanoTime() < end) {
            byte[] frame = next();
            if (frame != null && wanted.test(frame)) frames.add(frame);
        }
        return frames;
    }

    /** Counts the matching frames that arrive within the time. Always takes all of the time. */
    public int count(Predicate<byte[]> wanted, Duration within) {
        return receive(wanted, Integer.MAX_VALUE, within).size();
    }

    /** Returns the next frame, or null if none arrives within 10 ms. */
    private byte[] next() {
        message.set(JAVA_LONG, 40, 256); // msg_controllen: recvmsg overwrites it
        try {
            long length = (long) RECVMSG.invokeExact(receiveErrno, fd, message, 0);
            if (length >= 0) return withTag(receiving.asSlice(0, length).toArray(JAVA_BYTE));
            int errno = (int) ERRNO_VALUE.get(receiveErrno, 0L);
            // ENETDOWN: the device went down; frames that arrive after it is up again are received.
            if (errno == EAGAIN || errno == EINTR || errno == ENETDOWN) return null;
            throw new AssertionError("cannot receive: errno " + errno);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** Inserts the outer VLAN tag, which is in struct tpacket_auxdata (linux/if_packet.h) of the control data. */
    private byte[] withTag(byte[] frame) {
        if (message.get(JAVA_LONG, 40) < 16 + 20 || control.get(JAVA_INT, 12) != PACKET_AUXDATA) return frame;
        int status = control.get(JAVA_INT, 16);
        if ((status & 0x10) == 0) return frame;
        byte[] tagged = new byte[frame.length + 4];
        System.arraycopy(frame, 0, tagged, 0, 12);
        System.arraycopy(frame, 12, tagged, 16, frame.length - 12);
        MemorySegment tag = MemorySegment.ofArray(tagged);
        tag.set(BIG_ENDIAN, 12, (status & 0x40) == 0 ? (short) 0x8100 : control.get(JAVA_SHORT, 16 + 18));
        tag.set(BIG_ENDIAN, 14, control.get(JAVA_SHORT, 16 + 16));
        return tagged;
    }

    @Override
    public void close() {
        try {
            int closed = (int) CLOSE.invokeExact(fd);
            if (closed != 0) System.err.println("closing a raw socket failed");
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    private static void option(Arena arena, int fd, int level, int name, int value) throws Throwable {
        MemorySegment number = arena.allocateFrom(JAVA_INT, value);
        check((int) SETSOCKOPT.invokeExact(fd, level, name, number, 4), "option " + name);
    }

    private static void check(int result, String what) {
        if (result < 0) throw new AssertionError(what + " failed");
    }

    private static MethodHandle handle(String name, FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor);
    }
}
