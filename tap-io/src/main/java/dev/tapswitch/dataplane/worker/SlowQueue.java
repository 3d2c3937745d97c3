package dev.tapswitch.dataplane.worker;

import dev.tapswitch.core.bridge.Counters;
import dev.tapswitch.dataplane.buffer.FrameRing;
import dev.tapswitch.linux.sys.Libc;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * The frames of a slow port: its worker adds them, the {@link SlowWriter} writes them. First the port is on trial, because the machine may have been busy
 * with something else: if some writes in a row are fast, the slow writer releases the queue, and the worker writes the remaining frames and all
 * later ones. Otherwise the port stays slow for a penalty time after its last slow write.
 */
final class SlowQueue {
    /** Bytes of waiting frames: at least three super-frames. */
    static final int CAPACITY = 256 << 10;

    static final int MAX_FRAMES = 256;

    /** A slow port needs at least this many fast writes in a row to be fast again. */
    static final int FAST_WRITES = 8;

    static final long MIN_PENALTY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    static final long MAX_PENALTY_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** The writes to a slow port take at most 1/SHARE of the time of a CPU. */
    private static final int SHARE = 4;

    /** Writes a frame to the port; returns what {@link Libc#write} does. */
    @FunctionalInterface
    interface Output {
        int write(long address, int length);
    }

    private final FrameRing ring = new FrameRing(CAPACITY, 0);
    private final WriteCost cost = new WriteCost();
    private final ConcurrentLinkedQueue<Integer> results = new ConcurrentLinkedQueue<>();
    private final Output output;
    private final Runnable wake;
    private final WriteWatch watch;
    private final int trialWrites;
    private final long penaltyNanos;
    private int added;
    private volatile int written;
    private int fastWrites;
    private long dueNanos;
    private long releaseNanos;
    private volatile long slowestNanos;
    private volatile boolean isReleased;
    private volatile boolean isClosed;

    /**
     * A queue on trial.
     *
     * @param wake wakes the slow writer
     * @param trialWrites fast writes in a row that end the trial
     * @param penaltyNanos how long a port stays slow after its last slow write
     */
    SlowQueue(Output output, Runnable wake, WriteWatch watch, int trialWrites, long penaltyNanos) {
        this.output = output;
        this.wake = wake;
        this.watch = watch;
        this.trialWrites = trialWrites;
        this.penaltyNanos = penaltyNanos;
        this.dueNanos = watch.nowNanos();
        this.releaseNanos = dueNanos;
    }

    /** Adds a frame; false if the queue is full. Must be called on the worker thread. */
    boolean add(long address, int length) {
        if (added - written >= MAX_FRAMES || !ring.add(address, length, 0)) return false;
        added++;
        // Wake the slow writer even if the queue was not empty: it may have removed the previous frame in the meantime
        // and be about to sleep.
        wake.run();
        return true;
    }

    /** Counts the frames that were written since the last call. Must be called on the worker thread. */
    void count(Counters counters) {
        for (Integer result = results.poll(); result != null; result = results.poll()) Worker.count(counters, result);
    }

    /** Whether the slow writer has found the port slow, too. Thread-safe. */
    boolean isSlow() {
        return slowestNanos > 0;
    }

    /** Duration of the slowest write. Thread-safe. */
    long slowestNanos() {
        return slowestNanos;
    }

    /** Whether the slow writer has finished with the queue because the port is fast: the worker writes the remaining frames. Thread-safe. */
    boolean isReleased() {
        return isReleased;
    }

    /** The remaining frames. The worker may use it after the queue was released. */
    FrameRing ring() {
        return ring;
    }

    /** Discards the remaining frames. Thread-safe. */
    void close() {
        isClosed = true;
    }

    boolean isClosed() {
        return isClosed;
    }

    boolean isEmpty() {
        return ring.isEmpty();
    }

    /** When the next frame may be written. Must be called by the slow writer. */
    long dueNanos() {
        return dueNanos;
    }

    /** Writes the first frame; returns how long that took, nanoseconds. Must be called by the slow writer, and not after the queue was released. */
    long writeFirst() {
        watch.start();
        results.add(output.write(ring.memory().address() + ring.firstOffset(), ring.firstLength()));
        long took = watch.stop();
        ring.removeFirst();
        int before = written; // only this thread writes it
        written = before + 1;
        judge(took);
        return took;
    }

    private void judge(long took) {
        long now = watch.nowNanos();
        if (took <= WriteCost.ALLOWED_NANOS) {
            fastWrites++;
            cost.exceeds(took, 1);
        } else if (watch.isOver(WriteCost.ALLOWED_NANOS)) {
            fastWrites = 0;
            if (cost.exceeds(took, 1) || isSlow()) slowestNanos = Math.max(slowestNanos, took);
            if (isSlow()) releaseNanos = now + penaltyNanos;
        }
        // On trial a port is written to without pauses, because its frames may arrive as fast as ever.
        dueNanos = isSlow() ? now + (SHARE - 1) * took : now;
        int needed = isSlow() ? FAST_WRITES : trialWrites;
        if (fastWrites >= needed && now - releaseNanos >= 0) isReleased = true;
    }
}
