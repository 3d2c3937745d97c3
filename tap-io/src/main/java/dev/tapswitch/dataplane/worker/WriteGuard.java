package dev.tapswitch.dataplane.worker;

import dev.tapswitch.core.bridge.Counters;
import dev.tapswitch.core.bridge.DropReason;
import dev.tapswitch.dataplane.buffer.FrameBuffer;
import dev.tapswitch.dataplane.buffer.FrameRing;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.sys.Linux;
import java.util.concurrent.TimeUnit;

/**
 * Limits the time that writes to one port take from its worker. A write to a TAP runs the receiver's network stack on the writing thread, including the
 * firewall, so a container decides how long it takes. Each write is timed. When writes take too long ({@link WriteCost}), possibly because the worker was
 * preempted, the next ones are watched ({@link WriteWatch}); if these are slow too, the {@link SlowWriter} writes the port's frames until it
 * finds the port fast. Must be used on the worker thread, except where stated otherwise.
 */
public final class WriteGuard {
    /** The number of writes to watch: enough to detect a port that is slow only now and then. */
    static final int WATCHED_WRITES = 64;

    private static final int MAX_TRIAL_WRITES = 1_024;

    /** A port that was fast for this time starts with the shortest trial and penalty again. */
    private static final long RESET_AFTER_NANOS = TimeUnit.MINUTES.toNanos(5);

    private final PortQueue queue;
    private final Worker worker;
    private final WriteCost cost = new WriteCost();
    private final WriteCost watchedCost = new WriteCost();
    private int writesToWatch;
    private int trialWrites = SlowQueue.FAST_WRITES;
    private long penaltyNanos = SlowQueue.MIN_PENALTY_NANOS;
    private long returnedNanos = System.nanoTime();
    /** Null while the worker writes. */
    private volatile SlowQueue slow;

    /** The slow writer has too many ports already: all frames are dropped for a time. */
    private volatile boolean isDropping;

    private long dropUntilNanos;
    private boolean isReported;
    private Counters counters;

    public WriteGuard(PortQueue queue) {
        this.queue = queue;
        this.worker = queue.binding().worker();
    }

    /** Whether the worker itself writes to the port. */
    public boolean isDirect() {
        return slow == null && !isDropping || takeBack();
    }

    /** Whether the next write must be watched. */
    public boolean isWatched() {
        return writesToWatch > 0;
    }

    /** Must be called when writes to this port, and possibly to others, took long: the next writes to this port are watched. */
    public void suspect() {
        writesToWatch = WATCHED_WRITES;
    }

    /** Must be called when the worker has written a frame, which took {@code nanos}. */
    void wrote(long nanos) {
        if (!cost.exceeds(nanos, 1)) return;
        cost.reset();
        suspect();
    }

    /** Must be called when the worker has written a frame that was watched. */
    void wrote(WriteWatch watch, long nanos) {
        writesToWatch--;
        if (nanos <= WriteCost.ALLOWED_NANOS) watchedCost.exceeds(nanos, 1);
        else if (watch.isOver(WriteCost.ALLOWED_NANOS) && watchedCost.exceeds(nanos, 1)) moveToSlowWriter(nanos);
    }

    /** Queues the frame for the slow writer, or drops it. */
    void defer(Counters outcome, long address, int length) {
        counters = outcome;
        SlowQueue target = slow;
        if (target == null || !target.add(address, length)) outcome.drop(DropReason.SLOW_RECEIVER);
        count();
    }

    /** Whether the port is slow now. Thread-safe. */
    public boolean isSlow() {
        SlowQueue now = slow;
        return isDropping || now != null && now.isSlow();
    }

    /** Must be called when the port is not served any more: waiting frames are discarded. */
    public void stop() {
        SlowQueue before = slow;
        if (before == null) return;
        slow = null;
        before.close();
        worker.slowWriter().wake();
    }

    private void moveToSlowWriter(long writeNanos) {
        long nowNanos = System.nanoTime();
        if (nowNanos - returnedNanos > RESET_AFTER_NANOS) {
            trialWrites = SlowQueue.FAST_WRITES;
            penaltyNanos = SlowQueue.MIN_PENALTY_NANOS;
        }
        watchedCost.reset();
        cost.reset();
        slow = slowQueue();
        trialWrites = Math.min(2 * trialWrites, MAX_TRIAL_WRITES);
        if (slow != null) return;
        isDropping = true;
        dropUntilNanos = nowNanos + penaltyNanos;
        report(writeNanos);
    }

    private void report(long writeNanos) {
        if (isReported) return;
        isReported = true;
        worker.reportSlow(queue.binding(), writeNanos);
    }

    /** The slow writer uses a duplicate of the descriptor, because the port may be removed while the kernel is still in a write. */
    private SlowQueue slowQueue() {
        int descriptor = Libc.fcntl(queue.descriptor(), Linux.F_DUPFD_CLOEXEC, 0);
        if (descriptor < 0) return null;
        SlowQueue made = new SlowQueue(
                (address, length) -> Libc.write(descriptor, address, length),
                worker.slowWriter()::wake,
                new WriteWatch(),
                trialWrites,
                penaltyNanos);
        Runnable close = () -> Libc.close(descriptor);
        if (worker.slowWriter().add(made, () -> worker.execute(this::count), close)) return made;
        close.run();
        return null;
    }

    /** Returns the port to the worker if the slow writer has released it, or if the time of dropping is over. Returns whether the worker writes to it now. */
    private boolean takeBack() {
        SlowQueue before = slow;
        if (before == null ? System.nanoTime() - dropUntilNanos < 0 : !before.isReleased()) return false;
        if (isSlow()) penaltyNanos = Math.min(2 * penaltyNanos, SlowQueue.MAX_PENALTY_NANOS);
        if (isReported) worker.reportFast(queue.binding());
        isReported = false;
        returnedNanos = System.nanoTime();
        isDropping = false;
        slow = null;
        suspect();
        if (before != null) writeRest(before);
        return slow == null && !isDropping;
    }

    private void writeRest(SlowQueue before) {
        before.count(counters);
        FrameRing ring = before.ring();
        for (; !ring.isEmpty(); ring.removeFirst()) {
            long address = ring.memory().address() + ring.firstOffset();
            worker.write(queue, counters, address, ring.firstLength() - FrameBuffer.HEADER);
        }
    }

    /** Counts the frames that the slow writer has written, reports a port that it has found slow, and takes back a port that it has found fast. */
    private void count() {
        SlowQueue now = slow;
        if (now == null) return;
        now.count(counters);
        if (now.isSlow()) report(now.slowestNanos());
        if (now.isReleased()) takeBack();
    }
}
