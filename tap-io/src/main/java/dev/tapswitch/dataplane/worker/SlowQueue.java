package dev.tapswitch.dataplane.worker;

import dev.tapswitch.core.bridge.Counters;
import dev.tapswitch.linux.sys.Libc;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * The frames of a slow port: its worker adds them, the {@link SlowWriter} writes them. At first the port is on trial, for the machine may have been busy with
 * something else: if some writes in a row are fast, the slow writer releases the queue, and the worker writes what is left and whatever follows. If not, the port
 * stays for a while after the last slow write.
 */
final class SlowQueue {
    /** Bytes of frames that wait: three super-frames at least. */
    static final int CAPACITY = 256 << 10;

    static final int MAX_FRAMES = 256;

    /** A port that was found slow is fast again after so many fast writes in a row, at the earliest. */
    static final int FAST_WRITES = 8;

    static final long FIRST_PENALTY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    static final long LONGEST_PENALTY_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** Of one CPU, a port's writes take one part in so many at most. */
    private static final int SHARE = 4;

    /** Writes a frame to the port: what {@link Libc#write} answers. */
    @FunctionalInterface
    interface Output {
        int write(long address, int length);
    }

    private final FrameRing ring = new FrameRing(CAPACITY);
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
     * @param wake wakes the slow writer
     * @param trialWrites fast writes in a row that end the trial
     * @param penaltyNanos for how long after its last slow write a port stays slow
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

    /** False where there is no room. The worker. */
    boolean add(long address, int length) {
        if (added - written >= MAX_FRAMES || !ring.add(address, length)) return false;
        added++;
        // Always: the slow writer may be about to park, having removed the frame before this one. A thread that is not
        // parked keeps the permit.
        wake.run();
        return true;
    }

    /** Counts what was written since the last time. The worker. */
    void count(Counters counters) {
        for (Integer result = results.poll(); result != null; result = results.poll()) Worker.count(counters, result);
    }

    /** Whether the slow writer has found the port slow, too. Any thread. */
    boolean isSlow() {
        return slowestNanos > 0;
    }

    /** How long the slowest write took. Any thread. */
    long slowestNanos() {
        return slowestNanos;
    }

    /** Whether the slow writer does not touch the queue any more, as the port is fast: what is left is the worker's to write. Any thread. */
    boolean isReleased() {
        return isReleased;
    }

    /** The frames that are left; once the queue is released, for the worker. */
    FrameRing ring() {
        return ring;
    }

    /** The frames that are left are not to be written. Any thread. */
    void close() {
        isClosed = true;
    }

    boolean isClosed() {
        return isClosed;
    }

    boolean isEmpty() {
        return ring.isEmpty();
    }

    /** When the next frame may be written. The slow writer. */
    long dueNanos() {
        return dueNanos;
    }

    /** Writes the first frame; how long that took, in nanoseconds. The slow writer, until the queue is released. */
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
        // On trial a port has all of the writer's time, for its frames may come as fast as ever.
        dueNanos = isSlow() ? now + (SHARE - 1) * took : now;
        int needed = isSlow() ? FAST_WRITES : trialWrites;
        if (fastWrites >= needed && now - releaseNanos >= 0) isReleased = true;
    }
}
