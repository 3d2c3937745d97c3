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
 * A conversation with rtnetlink, in the namespace of the thread that opened it. The kernel answers within the request, so nothing here
 * waits. One thread.
 */
public final class NetlinkSocket implements AutoCloseable {
    /** More than the largest answer the kernel makes (NLMSG_GOODSIZE, or 32 KiB for a dump). */
    private static final int BUFFER_SIZE = 64 * 1024;
    /** How often a list is asked for that changes while the kernel tells it, datagram by datagram. */
    private static final int DUMP_ATTEMPTS = 20;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment buffer = arena.allocate(BUFFER_SIZE, 8);
    private final int fd;
    private int sequence;
    private boolean isInterrupted;
    private int retaken;

    public NetlinkSocket() throws NetlinkException {
        fd = Libc.socket(Linux.AF_NETLINK, Linux.SOCK_RAW | Linux.SOCK_CLOEXEC, Netlink.NETLINK_ROUTE);
        if (fd < 0) {
            arena.close();
            throw new NetlinkException(fd, "");
        }
        // Each makes answers better and may be missing on an older kernel: the kernel's words in errors, no echo of the
        // request in them, and dumps that heed their filter.
        enable(Netlink.NETLINK_EXT_ACK);
        enable(Netlink.NETLINK_CAP_ACK);
        enable(Netlink.NETLINK_GET_STRICT_CHK);
    }

    /**
     * Sends a request; the answers' payloads (what follows the netlink header) in order, none for one that only acts. A list that was changed by
     * others while it was told may lack what was there all the time (NLM_F_DUMP_INTR): it is asked for again, and EAGAIN when that does not help.
     */
    public List<byte[]> request(NetlinkMessage message) throws NetlinkException {
        for (int attempt = 0; attempt < DUMP_ATTEMPTS; attempt++) {
            List<byte[]> answers = ask(message);
            if (!isInterrupted) return answers;
            retaken++;
        }
        throw new NetlinkException(
                Errno.EAGAIN, "what was to be listed changed " + DUMP_ATTEMPTS + " times while it was");
    }

    /** How many lists were asked for again. */
    public int retaken() {
        return retaken;
    }

    private List<byte[]> ask(NetlinkMessage message) throws NetlinkException {
        isInterrupted = false;
        byte[] bytes = message.encode(++sequence);
        MemorySegment.copy(bytes, 0, buffer, JAVA_BYTE, 0, bytes.length);
        int sent = Libc.send(fd, buffer.address(), bytes.length, 0);
        if (sent < 0) throw new NetlinkException(sent, "");
        List<byte[]> answers = new ArrayList<>();
        while (true) {
            int received = Libc.recv(fd, buffer.address(), BUFFER_SIZE, Linux.MSG_TRUNC);
            if (received == -Errno.EINTR) continue;
            if (received < 0) throw new NetlinkException(received, "");
            if (received > BUFFER_SIZE)
                throw new NetlinkException(Errno.ENOBUFS, "an answer of " + received + " bytes");
            if (collect(received, answers)) return answers;
        }
    }

    /** Takes the messages of one datagram; true when the last one of the conversation is among them. */
    private boolean collect(int received, List<byte[]> answers) throws NetlinkException {
        for (int at = 0; at + Netlink.NLMSG_HDRLEN <= received; ) {
            int length = buffer.get(JAVA_INT, at);
            if (length < Netlink.NLMSG_HDRLEN || at + length > received) return true;
            int type = buffer.get(JAVA_SHORT_UNALIGNED, at + 4L);
            int flags = buffer.get(JAVA_SHORT_UNALIGNED, at + 6L);
            boolean ours = buffer.get(JAVA_INT, at + 8L) == sequence;
            byte[] payload = buffer.asSlice(at + (long) Netlink.NLMSG_HDRLEN, length - (long) Netlink.NLMSG_HDRLEN)
                    .toArray(JAVA_BYTE);
            at += (length + 3) & ~3;
            if (!ours) continue;
            // Said with what follows the change, at the latest with the end.
            isInterrupted |= (flags & Netlink.NLM_F_DUMP_INTR) != 0;
            if (type == Netlink.NLMSG_ERROR || type == Netlink.NLMSG_DONE) {
                throwIfError(payload, type, flags);
                return true;
            }
            answers.add(payload);
        }
        return false;
    }

    /** struct nlmsgerr: the error, the request's header (its payload left out by NETLINK_CAP_ACK), then attributes. */
    private static void throwIfError(byte[] payload, int type, int flags) throws NetlinkException {
        int error = payload.length < Integer.BYTES
                ? 0
                : MemorySegment.ofArray(payload).get(JAVA_INT_UNALIGNED, 0);
        if (error >= 0) return;
        int attributes = Integer.BYTES + (type == Netlink.NLMSG_ERROR ? Netlink.NLMSG_HDRLEN : 0);
        boolean worded = (flags & Netlink.NLM_F_ACK_TLVS) != 0;
        throw new NetlinkException(
                error, worded ? new NetlinkAttributes(payload, attributes).text(Netlink.NLMSGERR_ATTR_MSG) : "");
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
