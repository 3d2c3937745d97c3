package dev.tapswitch.linux.netlink;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.sys.Linux;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A subscription to netlink multicast groups, in the namespace of the thread that creates it. One thread calls {@link #await}; any thread may call
 * {@link #close}.
 */
public final class NetlinkSubscription implements AutoCloseable {
    private static final int POLLFD_SIZE = 8;
    private static final int BUFFER_SIZE = 32 * 1024;

    private final Arena arena = Arena.ofAuto();
    private final MemorySegment polled = arena.allocate(2L * POLLFD_SIZE, 8);
    private final MemorySegment buffer = arena.allocate(BUFFER_SIZE, 8);
    private final int netlink;
    // A pipe: closing its write end wakes the waiting thread.
    private final int wakeRead;
    private final int wakeWrite;
    private boolean isClosed;

    /** Receives the notifications. Called on the thread that calls {@link #await}. */
    public interface Listener {
        /**
         * Receives a notification.
         *
         * @param type nlmsg_type
         * @param payload what follows struct nlmsghdr
         */
        void onMessage(int type, byte[] payload);

        /** Notifications were lost because the socket's buffer was full. */
        void onOverflow();
    }

    /**
     * Subscribes to groups.
     *
     * @param protocol NETLINK_...
     * @param groups a bit mask of the first 32 groups
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
        wakeRead = pipe.get(JAVA_INT, 0);
        wakeWrite = pipe.get(JAVA_INT, Integer.BYTES);
        poll(0, netlink);
        poll(1, wakeRead);
    }

    private static int require(int result) throws NetlinkException {
        if (result < 0) throw new NetlinkException(result, "");
        return result;
    }

    private void poll(int place, int fd) {
        polled.set(JAVA_INT, (long) place * POLLFD_SIZE, fd);
        polled.set(JAVA_SHORT, (long) place * POLLFD_SIZE + 4, (short) Linux.POLLIN);
    }

    /**
     * Waits for notifications and passes all pending ones to the listener. Returns false after {@link #close}; it must not be called again
     * then, because it has closed the socket.
     */
    public boolean await(Listener listener) {
        int ready;
        do {
            ready = Libc.poll(polled.address(), 2, -1);
        } while (ready == -Errno.EINTR);
        if (ready < 0 || polled.get(JAVA_SHORT, POLLFD_SIZE + 6L) != 0) {
            Libc.close(netlink);
            Libc.close(wakeRead);
            return false;
        }
        int received;
        do {
            received = Libc.recv(netlink, buffer.address(), BUFFER_SIZE, Linux.MSG_TRUNC);
            if (received == -Errno.ENOBUFS || received > BUFFER_SIZE) listener.onOverflow();
            else if (received > 0) read(received, listener);
        } while (received > 0 || received == -Errno.EINTR || received == -Errno.ENOBUFS);
        return true;
    }

    private void read(int received, Listener listener) {
        for (int at = 0; at + Netlink.NLMSG_HDRLEN <= received; ) {
            int length = buffer.get(JAVA_INT, at);
            if (length < Netlink.NLMSG_HDRLEN || at + length > received) return;
            int type = Short.toUnsignedInt(buffer.get(JAVA_SHORT, at + 4L));
            long payload = at + (long) Netlink.NLMSG_HDRLEN;
            listener.onMessage(
                    type,
                    buffer.asSlice(payload, length - (long) Netlink.NLMSG_HDRLEN)
                            .toArray(JAVA_BYTE));
            at += (length + 3) & ~3;
        }
    }

    /** Makes {@link #await} return false. Thread-safe. */
    @Override
    public synchronized void close() {
        if (isClosed) return;
        isClosed = true;
        Libc.close(wakeWrite);
    }
}
