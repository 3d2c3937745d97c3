package dev.tapswitch.linux.netlink;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.sys.Linux;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** What the kernel tells all who listen to a group of netlink, in the namespace of the thread that began. One thread waits, another may close. */
public final class NetlinkSubscription implements AutoCloseable {
    private static final int POLLFD_SIZE = 8;
    private static final int NEWS_SIZE = 32 * 1024;

    private final Arena arena = Arena.ofAuto();
    private final MemorySegment waiting = arena.allocate(2L * POLLFD_SIZE, 8);
    private final MemorySegment news = arena.allocate(NEWS_SIZE, 8);
    private final int netlink;
    private final int endHeard;
    private final int end;
    private boolean isClosed;

    /** Is given what was told. */
    public interface Listener {
        /** One message: its type (nlmsg_type), and what follows its header. */
        void heard(int type, byte[] payload);

        /** Some were lost, for there were more than fit. */
        void lost();
    }

    /**
     * Listens from now on.
     *
     * @param protocol NETLINK_...
     * @param groups a bit for each of the first 32 groups
     */
    public NetlinkSubscription(int protocol, int groups) throws NetlinkException {
        int type = Linux.SOCK_RAW | Linux.SOCK_CLOEXEC | Linux.O_NONBLOCK;
        netlink = require(Libc.socket(Linux.AF_NETLINK, type, protocol));
        MemorySegment address = arena.allocate(Netlink.SOCKADDR_NL_SIZE, 8);
        address.set(JAVA_SHORT, 0, (short) Linux.AF_NETLINK);
        address.set(JAVA_INT, Netlink.SOCKADDR_NL_GROUPS, groups);
        int bound = Libc.bind(netlink, address.address(), Netlink.SOCKADDR_NL_SIZE);
        MemorySegment pipe = arena.allocate(2L * Integer.BYTES, 4);
        int piped = bound < 0 ? bound : Libc.pipe2(pipe.address(), Linux.O_CLOEXEC);
        if (piped < 0) Libc.close(netlink);
        require(piped);
        endHeard = pipe.get(JAVA_INT, 0);
        end = pipe.get(JAVA_INT, Integer.BYTES);
        watch(0, netlink);
        watch(1, endHeard);
    }

    private static int require(int result) throws NetlinkException {
        if (result < 0) throw new NetlinkException(result, "");
        return result;
    }

    private void watch(int place, int fd) {
        waiting.set(JAVA_INT, (long) place * POLLFD_SIZE, fd);
        waiting.set(JAVA_SHORT, (long) place * POLLFD_SIZE + 4, (short) Linux.POLLIN);
    }

    /** Waits for news, and takes up all that there are; false at the end, when this must not be asked again. */
    public boolean await(Listener listener) {
        int ready;
        do {
            ready = Libc.poll(waiting.address(), 2, -1);
        } while (ready == -Errno.EINTR);
        if (ready < 0 || waiting.get(JAVA_SHORT, POLLFD_SIZE + 6L) != 0) {
            Libc.close(netlink);
            Libc.close(endHeard);
            return false;
        }
        int received;
        do {
            received = Libc.recv(netlink, news.address(), NEWS_SIZE, Linux.MSG_TRUNC);
            if (received == -Errno.ENOBUFS || received > NEWS_SIZE) listener.lost();
            else if (received > 0) read(received, listener);
        } while (received > 0 || received == -Errno.EINTR || received == -Errno.ENOBUFS);
        return true;
    }

    private void read(int received, Listener listener) {
        for (int at = 0; at + Netlink.NLMSG_HDRLEN <= received; ) {
            int length = news.get(JAVA_INT, at);
            if (length < Netlink.NLMSG_HDRLEN || at + length > received) return;
            int type = Short.toUnsignedInt(news.get(JAVA_SHORT, at + 4L));
            long payload = at + (long) Netlink.NLMSG_HDRLEN;
            listener.heard(
                    type,
                    news.asSlice(payload, length - (long) Netlink.NLMSG_HDRLEN).toArray(JAVA_BYTE));
            at += (length + 3) & ~3;
        }
    }

    /** Ends the waiting. Any thread. */
    @Override
    public synchronized void close() {
        if (isClosed) return;
        isClosed = true;
        Libc.close(end);
    }
}
