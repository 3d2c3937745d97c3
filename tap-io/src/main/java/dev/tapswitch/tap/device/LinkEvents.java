package dev.tapswitch.tap.device;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.tapswitch.tap.sys.Errno;
import dev.tapswitch.tap.sys.Libc;
import dev.tapswitch.tap.sys.Linux;
import dev.tapswitch.tap.sys.Netlink;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Tells that links of the namespace have changed, and no more than that: what was lost when there were too many news does not matter, for who
 * hears of one looks at all. One thread waits, another may close.
 */
public final class LinkEvents implements AutoCloseable {
    private static final int POLLFD_SIZE = 8;
    private static final int NEWS_SIZE = 8_192;

    private final Arena arena = Arena.ofAuto();
    private final MemorySegment waiting = arena.allocate(2L * POLLFD_SIZE, 8);
    private final MemorySegment news = arena.allocate(NEWS_SIZE, 8);
    private final int netlink;
    private final int endHeard;
    private final int end;
    private boolean isClosed;

    /** In the namespace of the calling thread. */
    public LinkEvents() throws TapException {
        netlink = Libc.socket(
                Linux.AF_NETLINK, Linux.SOCK_RAW | Linux.SOCK_CLOEXEC | Linux.O_NONBLOCK, Netlink.NETLINK_ROUTE);
        TapDevice.require("rtnetlink", netlink);
        MemorySegment address = arena.allocate(Netlink.SOCKADDR_NL_SIZE, 8);
        address.set(JAVA_SHORT, 0, (short) Linux.AF_NETLINK);
        address.set(JAVA_INT, Netlink.SOCKADDR_NL_GROUPS, Netlink.RTMGRP_LINK);
        int bound = Libc.bind(netlink, address.address(), Netlink.SOCKADDR_NL_SIZE);
        MemorySegment pipe = arena.allocate(2L * Integer.BYTES, 4);
        int piped = bound < 0 ? bound : Libc.pipe2(pipe.address(), Linux.O_CLOEXEC);
        if (piped < 0) Libc.close(netlink);
        TapDevice.require("hearing of links", piped);
        endHeard = pipe.get(JAVA_INT, 0);
        end = pipe.get(JAVA_INT, Integer.BYTES);
        watch(0, netlink);
        watch(1, endHeard);
    }

    private void watch(int place, int fd) {
        waiting.set(JAVA_INT, (long) place * POLLFD_SIZE, fd);
        waiting.set(JAVA_SHORT, (long) place * POLLFD_SIZE + 4, (short) Linux.POLLIN);
    }

    /** Waits for news, and takes up all that there are; false at the end, when this must not be asked again. */
    public boolean await() {
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
            received = Libc.recv(netlink, news.address(), NEWS_SIZE, 0);
            // ENOBUFS: there were more than the socket's buffer holds.
        } while (received > 0 || received == -Errno.EINTR || received == -Errno.ENOBUFS);
        return true;
    }

    /** Ends the waiting. Any thread. */
    @Override
    public synchronized void close() {
        if (isClosed) return;
        isClosed = true;
        Libc.close(end);
    }
}
