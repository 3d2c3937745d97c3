package dev.tapswitch.dataplane.worker;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/**
 * Writes to the ports that are too slow for workers, on a thread that may wait for the kernel. One thread for all of them, which rests after each slow
 * write as long as the write took: the kernel does not let others run on the CPU while it handles a frame, so slow receivers must not have all CPUs.
 */
final class SlowWriter implements AutoCloseable {
    /** Slow ports at one time; the frames to others are dropped. Bounds the memory that they take. */
    static final int MAX_PORTS = 64;

    /** From here on a write is followed by a rest. */
    private static final long REST_NANOS = 1_000_000;

    private static final int CLOSE_MS = 1_000;

    /** {@code written}: to be run when nothing is left to write for now, or the queue is released; {@code ended}: when the queue is not touched any more. */
    private record Entry(SlowQueue queue, Runnable written, Runnable ended) {}

    private final List<Entry> entries = new CopyOnWriteArrayList<>();
    private volatile Thread thread;
    private volatile boolean isClosed;

    /** Begins to write a queue's frames; false where there are too many slow ports. Workers. */
    synchronized boolean add(SlowQueue queue, Runnable written, Runnable ended) {
        if (entries.size() >= MAX_PORTS || isClosed) return false;
        entries.add(new Entry(queue, written, ended));
        if (thread == null)
            thread = Thread.ofPlatform().name("slow-writer").daemon().start(this::run);
        return true;
    }

    /** There is something to write, or a queue was closed. Any thread. */
    void wake() {
        LockSupport.unpark(thread);
    }

    private void run() {
        while (!isClosed) {
            removeEnded();
            Entry next = next();
            long nowNanos = System.nanoTime();
            if (next == null) LockSupport.park(this);
            else if (next.queue.dueNanos() - nowNanos > 0) LockSupport.parkNanos(next.queue.dueNanos() - nowNanos);
            else write(next);
        }
        entries.forEach(entry -> entry.ended.run());
    }

    private void write(Entry entry) {
        long took = entry.queue.writeFirst();
        // A loop that ends takes no more tasks.
        boolean isDone = entry.queue.isEmpty() || entry.queue.isReleased();
        if (isDone && !entry.queue.isClosed() && !isClosed) entry.written.run();
        if (took >= REST_NANOS) rest(took);
    }

    private void rest(long nanos) {
        long end = System.nanoTime() + nanos;
        // New frames wake the thread.
        for (long left = nanos; left > 0 && !isClosed; left = end - System.nanoTime()) LockSupport.parkNanos(left);
    }

    /** Of those that have frames, the one that is due first. */
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
            boolean isEnded = entry.queue.isClosed() || entry.queue.isReleased();
            if (isEnded) entry.ended.run();
            return isEnded;
        });
    }

    /** All queues' descriptors are closed when it returns, unless the kernel is in a write that takes longer than a second. */
    @Override
    public void close() {
        isClosed = true;
        wake();
        try {
            if (thread != null) thread.join(CLOSE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
