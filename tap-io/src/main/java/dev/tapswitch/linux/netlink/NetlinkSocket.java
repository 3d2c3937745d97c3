package dev.tapswitch.linux.netlink;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.sys.Linux;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * A socket for rtnetlink requests and their replies, in the namespace of the thread that opens it; only that thread may use it, unless its arena is
 * shared. The kernel processes a request and queues the replies during send(2), so that no call blocks.
 */
public final class NetlinkSocket implements AutoCloseable {
    /** Bytes; larger than any datagram that the kernel sends (NLMSG_GOODSIZE, or 32 KiB for a dump). */
    private static final int BUFFER_SIZE = 64 * 1024;
    /** How often a dump is requested that is interrupted by changes: the kernel assembles it datagram by datagram. */
    private static final int DUMP_ATTEMPTS = 20;

    private final Arena arena;
    private final MemorySegment buffer;
    private final int fd;
    private int sequence;
    private boolean isInterrupted;
    private int repeatedDumps;

    @SuppressWarnings("MustBeClosedChecker") // close() closes the arena
    public NetlinkSocket() throws NetlinkException {
        this(Arena.ofConfined());
    }

    /** A socket for the threads that may access the arena, one at a time. Closes the arena. */
    NetlinkSocket(Arena arena) throws NetlinkException {
        this.arena = arena;
        buffer = arena.allocate(BUFFER_SIZE, 8);
        fd = Libc.socket(Linux.AF_NETLINK, Linux.SOCK_RAW | Linux.SOCK_CLOEXEC, Netlink.NETLINK_ROUTE);
        if (fd < 0) {
            arena.close();
            throw new NetlinkException(fd, "");
        }
        // Options that older kernels may lack: explanations in errors, errors without a copy of the request, and dumps
        // that apply the filter of the request.
        enable(Netlink.NETLINK_EXT_ACK);
        enable(Netlink.NETLINK_CAP_ACK);
        enable(Netlink.NETLINK_GET_STRICT_CHK);
    }

    /**
     * Sends a request. Returns the payloads of the replies (without struct nlmsghdr) in order; none for a request that only changes something. A dump
     * during which others made changes may lack unchanged entries (NLM_F_DUMP_INTR); it is requested again.
     *
     * @throws NetlinkException if the kernel refuses the request; EAGAIN if every attempt at a dump was interrupted
     */
    public List<byte[]> request(NetlinkMessage message) throws NetlinkException {
        for (int attempt = 0; attempt < DUMP_ATTEMPTS; attempt++) {
            List<byte[]> replies = exchange(message);
            if (!isInterrupted) return replies;
            repeatedDumps++;
        }
        throw new NetlinkException(
                Errno.EAGAIN, "the list changed during each of " + DUMP_ATTEMPTS + " attempts to read it");
    }

    /** How many dumps were requested again; for tests. */
    public int repeatedDumps() {
        return repeatedDumps;
    }

    private List<byte[]> exchange(NetlinkMessage message) throws NetlinkException {
        isInterrupted = false;
        byte[] bytes = message.encode(++sequence);
        MemorySegment.copy(bytes, 0, buffer, JAVA_BYTE, 0, bytes.length);
        int sent = Libc.send(fd, buffer.address(), bytes.length, 0);
        if (sent < 0) throw new NetlinkException(sent, "");
        List<byte[]> replies = new ArrayList<>();
        while (true) {
            int received = Libc.recv(fd, buffer.address(), BUFFER_SIZE, Linux.MSG_TRUNC);
            if (received == -Errno.EINTR) continue;
            if (received < 0) throw new NetlinkException(received, "");
            if (received > BUFFER_SIZE)
                throw new NetlinkException(Errno.ENOBUFS, "the reply is " + received + " bytes long");
            if (collect(received, replies)) return replies;
        }
    }

    /** Adds the replies in one datagram. Returns true if the last message of the exchange is among them. */
    private boolean collect(int received, List<byte[]> replies) throws NetlinkException {
        for (int at = 0; at + Netlink.NLMSG_HDRLEN <= received; ) {
            int length = buffer.get(JAVA_INT, at);
            if (length < Netlink.NLMSG_HDRLEN || at + length > received) return true;
            int type = buffer.get(JAVA_SHORT_UNALIGNED, at + 4L);
            int flags = buffer.get(JAVA_SHORT_UNALIGNED, at + 6L);
            boolean isReply = buffer.get(JAVA_INT, at + 8L) == sequence;
            byte[] payload = buffer.asSlice(at + (long) Netlink.NLMSG_HDRLEN, length - (long) Netlink.NLMSG_HDRLEN)
                    .toArray(JAVA_BYTE);
            at += (length + 3) & ~3;
            if (!isReply) continue;
            // The kernel sets the flag on the messages after the change, at the latest on NLMSG_DONE.
            isInterrupted |= (flags & Netlink.NLM_F_DUMP_INTR) != 0;
            if (type == Netlink.NLMSG_ERROR || type == Netlink.NLMSG_DONE) {
                throwIfError(payload, type, flags);
                return true;
            }
            replies.add(payload);
        }
        return false;
    }

    /** struct nlmsgerr: the error, the header of the request (NETLINK_CAP_ACK omits its payload), then attributes. NLMSG_DONE has no header. */
    private static void throwIfError(byte[] payload, int type, int flags) throws NetlinkException {
        int error = payload.length < Integer.BYTES
                ? 0
                : MemorySegment.ofArray(payload).get(JAVA_INT_UNALIGNED, 0);
        if (error >= 0) return;
        int attributes = Integer.BYTES + (type == Netlink.NLMSG_ERROR ? Netlink.NLMSG_HDRLEN : 0);
        boolean isExplained = (flags & Netlink.NLM_F_ACK_TLVS) != 0;
        throw new NetlinkException(
                error, isExplained ? new NetlinkAttributes(payload, attributes).text(Netlink.NLMSGERR_ATTR_MSG) : "");
    }

    private void enable(int option) {
        buffer.set(JAVA_INT, 0, 1);
        Libc.setsockopt(fd, Netlink.SOL_NETLINK, option, buffer.address(), Integer.BYTES);
    }

    @Override
    public void close() {
        Libc.close(fd);
        arena.close();
    }
}
