package dev.tapswitch.dataplane.worker;

import dev.tapswitch.dataplane.buffer.Sleeper;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/**
 * Writes to all ports that are too slow for workers, on one dedicated thread, which may block in the kernel. After each slow write it pauses for as
 * long as the write took: the kernel does not let other threads run on the CPU while it handles a frame, so slow receivers must not occupy all CPUs.
 */
public final class SlowWriter implements AutoCloseable {
    /** Maximum number of slow ports, which limits the memory for their frames. Frames to further slow ports are dropped. */
    static final int MAX_PORTS = 64;

    /** A write that takes this long or longer is followed by a pause. */
    private static final long MIN_PAUSE_NANOS = 1_000_000;

    private static final int CLOSE_MS = 1_000;

    /** {@code onWritten}: runs when no frame is left, or when the queue is released; {@code onEnd}: runs when the queue is not used any more. */
    private record Entry(SlowQueue queue, Runnable onWritten, Runnable onEnd) {}

    private final List<Entry> entries = new CopyOnWriteArrayList<>();
    private final Sleeper sleeper = new Sleeper();
    private volatile Thread thread;
    private volatile boolean isClosed;

    /** Starts to write a queue's frames; false if there are too many slow ports. Must be called by workers. */
    synchronized boolean add(SlowQueue queue, Runnable onWritten, Runnable onEnd) {
        if (entries.size() >= MAX_PORTS || isClosed) return false;
        entries.add(new Entry(queue, onWritten, onEnd));
        if (thread == null)
            thread = Thread.ofPlatform().name("slow-writer").daemon().start(this::run);
        return true;
    }

    /** Must be called after a frame was added or a queue was closed. Thread-safe. */
    void wake() {
        sleeper.wake();
    }

    private void run() {
        while (!isClosed) {
            removeEnded();
            Entry next = next();
            long waitNanos = next == null ? 0 : next.queue.dueNanos() - System.nanoTime();
            if (next == null) sleeper.sleepUnless(this::hasWork);
            else if (waitNanos > 0) sleeper.sleepUnless(this::hasDueWork, waitNanos);
            else write(next);
        }
        entries.forEach(entry -> entry.onEnd.run());
    }

    private boolean hasWork() {
        return isClosed || entries.stream().anyMatch(entry -> !entry.queue.isEmpty() || isEnded(entry));
    }

    private boolean hasDueWork() {
        Entry next = next();
        return isClosed || next != null && next.queue.dueNanos() - System.nanoTime() <= 0;
    }

    private void write(Entry entry) {
        long took = entry.queue.writeFirst();
        boolean isDone = entry.queue.isEmpty() || entry.queue.isReleased();
        // An event loop that is shutting down accepts no more tasks.
        if (isDone && !entry.queue.isClosed() && !isClosed) entry.onWritten.run();
        if (took >= MIN_PAUSE_NANOS) pause(took);
    }

    private void pause(long nanos) {
        long end = System.nanoTime() + nanos;
        for (long left = nanos; left > 0 && !isClosed; left = end - System.nanoTime())
            LockSupport.parkNanos(this, left);
    }

    /** Of the queues that have frames, the one that is due first. */
    private Entry next() {
        Entry first = null;
        for (Entry entry : entries) {
            if (entry.queue.isEmpty()) continue;
            if (first == null || entry.queue.dueNanos() - first.queue.dueNanos() < 0) first = entry;
        }
        return first;
    }

    private void removeEnded() {
        entries.removeIf(entry -> {
            boolean isEnded = isEnded(entry);
            if (isEnded) entry.onEnd.run();
            return isEnded;
        });
    }

    private static boolean isEnded(Entry entry) {
        return entry.queue.isClosed() || entry.queue.isReleased();
    }

    /** When it returns, all queues' descriptors are closed, unless the kernel is in a write that takes longer than a second. */
    @Override
    public void close() {
        isClosed = true;
        LockSupport.unpark(thread);
        try {
            if (thread != null) thread.join(CLOSE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
