package dev.tapswitch.control.systemd;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.sys.Linux;
import dev.tapswitch.linux.unix.UnixDatagramSocket;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends messages of sd_notify(3) to the socket NOTIFY_SOCKET. Failures are logged and never thrown. Thread-safe. */
final class NotifySocket implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NotifySocket.class);
    /** The time that systemd has to respond to a barrier. */
    private static final int BARRIER_MS = 5_000;

    private final UnixDatagramSocket socket;

    /**
     * Connects to the socket.
     *
     * @throws IllegalArgumentException if the address is not one of a unix socket
     * @throws IllegalStateException if the socket cannot be connected
     */
    NotifySocket(String address) {
        socket = new UnixDatagramSocket(address);
    }

    /** Sends assignments, e.g. {@code READY=1}, as one message. */
    void send(String... assignments) {
        send(new int[0], assignments);
    }

    /** Stores duplicates of these descriptors in systemd under a name. */
    void store(String name, int... descriptors) {
        for (int from = 0; from < descriptors.length; from += Linux.SCM_MAX_FD) {
            int to = Math.min(descriptors.length, from + Linux.SCM_MAX_FD);
            send(Arrays.copyOfRange(descriptors, from, to), "FDSTORE=1", "FDNAME=" + name);
        }
    }

    /** Makes systemd close the descriptors that it stores under a name; when this returns, it has done so. */
    void forget(String name) {
        send("FDSTOREREMOVE=1", "FDNAME=" + name);
        barrier();
    }

    /** Waits until systemd has processed all earlier messages: it then closes the descriptor that came with BARRIER=1. */
    private void barrier() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ends = arena.allocate(JAVA_INT, 2);
            int made = Libc.pipe2(ends.address(), Linux.O_CLOEXEC);
            if (made < 0) {
                LOG.warn("cannot create a pipe to wait for systemd: {}", Errno.text(made));
                return;
            }
            int reading = ends.getAtIndex(JAVA_INT, 0);
            int writing = ends.getAtIndex(JAVA_INT, 1);
            send(new int[] {writing}, "BARRIER=1");
            Libc.close(writing);
            awaitHangUp(arena, reading);
            Libc.close(reading);
        }
    }

    private static void awaitHangUp(Arena arena, int reading) {
        // struct pollfd: fd, events, revents. POLLHUP is always reported.
        MemorySegment poll = arena.allocate(8, 8);
        poll.set(JAVA_INT, 0, reading);
        poll.set(JAVA_SHORT, 4, (short) 0);
        int ready;
        do {
            ready = Libc.poll(poll.address(), 1, BARRIER_MS);
        } while (ready == -Errno.EINTR);
        if (ready == 0) LOG.warn("systemd has not responded for {} ms", BARRIER_MS);
    }

    private void send(int[] descriptors, String... assignments) {
        byte[] message = String.join("\n", assignments).getBytes(StandardCharsets.UTF_8);
        int sent = socket.send(message, descriptors);
        if (sent < 0) LOG.warn("cannot send {} to systemd: {}", assignments[0], Errno.text(sent));
    }

    @Override
    public void close() {
        socket.close();
    }
}
