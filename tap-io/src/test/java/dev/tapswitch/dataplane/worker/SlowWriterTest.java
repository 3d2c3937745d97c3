package dev.tapswitch.dataplane.worker;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SlowWriterTest {
    private static final int LENGTH = 74;
    private static final int FRAMES = 100_000;
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final MemorySegment frame = Arena.ofAuto().allocate(LENGTH);
    private final AtomicInteger written = new AtomicInteger();

    private int write(long address, int length) {
        written.incrementAndGet();
        return length;
    }

    /** Each frame is added after the previous one was written, while the writer checks whether there are more. */
    @Test
    void aFrameThatIsAddedWhileTheWriterIsAboutToParkIsWritten() {
        try (SlowWriter writer = new SlowWriter()) {
            SlowQueue queue =
                    new SlowQueue(this::write, writer::wake, new WriteWatch(), Integer.MAX_VALUE, Long.MAX_VALUE / 4);
            writer.add(queue, () -> {}, () -> {});
            long end = System.nanoTime() + LIMIT_NANOS;
            for (int i = 0; i < FRAMES; i++) {
                assertTrue(queue.add(frame.address(), LENGTH));
                while (written.get() <= i) {
                    assertTrue(System.nanoTime() < end, () -> written + " of " + FRAMES + " frames were written");
                    Thread.onSpinWait();
                }
            }
        }
    }

    @Test
    void theWorkerIsNotifiedWhenAQueueIsReleasedWithFramesLeft() throws InterruptedException {
        try (SlowWriter writer = new SlowWriter()) {
            CountDownLatch released = new CountDownLatch(1);
            SlowQueue queue = new SlowQueue(this::write, writer::wake, new WriteWatch(), 2, 0);
            for (int i = 0; i < 10; i++) assertTrue(queue.add(frame.address(), LENGTH));
            writer.add(
                    queue,
                    () -> {
                        if (queue.isReleased()) released.countDown();
                    },
                    () -> {});
            writer.wake();
            assertTrue(released.await(60, TimeUnit.SECONDS), "the worker was not notified");
        }
    }
}
