package dev.tapswitch.linux.netlink;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.sys.Linux;
import dev.tapswitch.linux.tap.TapDevice;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** What a TAP's file descriptor says of its interface. */
public enum LinkState {
    /** Frames pass. */
    UP,
    /** The interface is down: write EIO, read EAGAIN. */
    DOWN,
    /** The interface or its namespace is gone: EBADFD. */
    GONE;

    /** struct pollfd: fd, events, revents. */
    private static final long EVENTS_OFFSET = 4;

    private static final long REVENTS_OFFSET = 6;
    private static final long POLLFD_SIZE = 8;

    /**
     * Asks without entering a namespace and without sending a frame. Any thread. A namespace that has lost its name but is kept alive
     * by this very descriptor still looks UP here: {@link TapDevice#state} tells.
     *
     * <p>By poll(2): drivers/net/tun.c tun_chr_poll() lets a TAP be written to when it is up, and has an error when it is gone. (A
     * zero-length write, which tells a TUN's state, answers EINVAL on a TAP with a vnet header whether it is up or down.)
     */
    public static LinkState of(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(POLLFD_SIZE, 8);
            request.set(JAVA_INT, 0, fd);
            request.set(JAVA_SHORT, EVENTS_OFFSET, (short) Linux.POLLOUT);
            int ready;
            do {
                ready = Libc.poll(request.address(), 1, 0);
            } while (ready == -Errno.EINTR);
            int events = request.get(JAVA_SHORT, REVENTS_OFFSET);
            if (ready > 0 && (events & ~Linux.POLLOUT) != 0) return GONE;
            return ready > 0 ? UP : DOWN;
        }
    }
}
