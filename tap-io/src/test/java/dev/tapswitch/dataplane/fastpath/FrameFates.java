package dev.tapswitch.dataplane.fastpath;

import static org.junit.jupiter.api.Assertions.fail;

import dev.tapswitch.linux.sys.DeviceException;
import java.util.Optional;

/** Sends frames from container 0, and finds where they arrive: in container 1 by the fast path, or in userspace by the TAP of port 0. */
final class FrameFates implements AutoCloseable {
    /** Where a frame arrived. */
    enum Fate {
        /** In container 1: the fast path forwarded it. */
        FAST,
        /** In the TAP: it took the slow path. */
        SLOW
    }

    private static final long DEADLINE_NANOS = 10_000_000_000L;

    private final RawEnd sender;
    private final RawEnd receiver;
    private final RawEnd tap;

    FrameFates(FastPathBed bed) throws DeviceException {
        sender = bed.container(0);
        receiver = bed.container(1);
        tap = bed.tap(0);
    }

    Fate of(TestFrame frame) {
        return of(frame, frame.bytes());
    }

    /** {@code bytes}: the frame as it is sent, possibly with a tag. */
    Fate of(TestFrame frame, byte[] bytes) {
        return of(frame, new byte[RawEnd.VNET_HEADER], bytes);
    }

    /** Sends a frame and returns where it arrives first. A frame that is neither forwarded nor passed to userspace fails the test. */
    Fate of(TestFrame frame, byte[] header, byte[] bytes) {
        sender.send(header, bytes);
        long end = System.nanoTime() + DEADLINE_NANOS;
        while (System.nanoTime() < end) {
            if (has(receiver, frame)) return Fate.FAST;
            if (has(tap, frame)) return Fate.SLOW;
            Thread.onSpinWait();
        }
        return fail("the frame arrived neither in the container nor in the TAP");
    }

    private static boolean has(RawEnd end, TestFrame frame) {
        for (Optional<byte[]> next = end.poll(); next.isPresent(); next = end.poll()) {
            if (frame.is(next.get())) return true;
        }
        return false;
    }

    RawEnd sender() {
        return sender;
    }

    RawEnd receiver() {
        return receiver;
    }

    RawEnd tap() {
        return tap;
    }

    @Override
    public void close() {
        sender.close();
        receiver.close();
    }
}
