package dev.tapswitch.dataplane.worker;

import dev.tapswitch.core.bridge.Counters;
import dev.tapswitch.core.bridge.DropReason;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.sys.Linux;
import java.util.concurrent.TimeUnit;

/**
 * Bounds what the writes to one port cost its worker. A write to a TAP runs the receiver's network stack on the writing thread, firewall included, and
 * a container decides how long that takes. Each write is timed. When writes take too long ({@link WriteCost}), which may also be because the worker was
 * preempted, the next ones are watched closely ({@link WriteWatch}); when these are slow too, the port's frames go to the {@link SlowWriter} until it
 * finds the port fast. Worker thread, where not said otherwise.
 */
final class WriteGuard {
    /** So many are watched: a port that is slow now and then is caught as well. */
    static final int WATCHED_WRITES = 64;

    private static final int MAX_TRIAL_WRITES = 1_024;

    /** A port that was fast for so long begins with the shortest trial and penalty again. */
    private static final long FORGIVEN_AFTER_NANOS = TimeUnit.MINUTES.toNanos(5);

    private final PortQueue queue;
    private final Worker worker;
    private final WriteCost cost = new WriteCost();
    private final WriteCost provenCost = new WriteCost();
    private int leftToWatch;
    private int trialWrites = SlowQueue.FAST_WRITES;
    private long penaltyNanos = SlowQueue.FIRST_PENALTY_NANOS;
    private long returnedNanos = System.nanoTime();
    /** Null while the worker writes. */
    private volatile SlowQueue slow;

    /** The slow writer has too many ports: until then all frames are dropped. */
    private volatile boolean isDropping;

    private long droppedUntilNanos;
    private boolean isReported;
    private Counters counters;

    WriteGuard(PortQueue queue, Worker worker) {
        this.queue = queue;
        this.worker = worker;
    }

    /** Whether the worker writes to the port itself. */
    boolean isDirect() {
        return slow == null && !isDropping || takeBack();
    }

    /** Whether the next write is to be watched closely. */
    boolean isWatched() {
        return leftToWatch > 0;
    }

    /** Writes to this port, and perhaps others, took long: from now on they are watched. */
    void suspect() {
        leftToWatch = WATCHED_WRITES;
    }

    /** The worker has written a frame in {@code nanos}. */
    void wrote(long nanos) {
        if (!cost.exceeds(nanos, 1)) return;
        cost.reset();
        suspect();
    }

    /** The worker has written a frame, watched closely. */
    void wrote(WriteWatch watch, long nanos) {
        leftToWatch--;
        if (nanos <= WriteCost.ALLOWED_NANOS) provenCost.exceeds(nanos, 1);
        else if (watch.isOver(WriteCost.ALLOWED_NANOS) && provenCost.exceeds(nanos, 1)) giveAway(nanos);
    }

    /** Leaves the frame to the slow writer, or drops it. */
    void defer(Counters outcome, long address, int length) {
        counters = outcome;
        SlowQueue target = slow;
        if (target == null || !target.add(address, length)) outcome.drop(DropReason.SLOW_RECEIVER);
        count();
    }

    /** Whether the port is slow now. Any thread. */
    boolean isSlow() {
        SlowQueue now = slow;
        return isDropping || now != null && now.isSlow();
    }

    /** The port is not served any more. */
    void stop() {
        SlowQueue before = slow;
        if (before == null) return;
        slow = null;
        before.close();
        worker.slowWriter().wake();
    }

    /** The slow writer uses a descriptor of its own: the port can be removed while the kernel is still in a write. */
    private void giveAway(long writeNanos) {
        long nowNanos = System.nanoTime();
        if (nowNanos - returnedNanos > FORGIVEN_AFTER_NANOS) {
            trialWrites = SlowQueue.FAST_WRITES;
            penaltyNanos = SlowQueue.FIRST_PENALTY_NANOS;
        }
        provenCost.reset();
        cost.reset();
        slow = slowQueue();
        trialWrites = Math.min(2 * trialWrites, MAX_TRIAL_WRITES);
        if (slow != null) return;
        isDropping = true;
        droppedUntilNanos = nowNanos + penaltyNanos;
        report(writeNanos);
    }

    private void report(long writeNanos) {
        if (isReported) return;
        isReported = true;
        worker.reportSlow(queue, writeNanos);
    }

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

    /** The port is the worker's again once the slow writer has released it, or nothing more is to be dropped. */
    private boolean takeBack() {
        SlowQueue before = slow;
        if (before == null ? System.nanoTime() - droppedUntilNanos < 0 : !before.isReleased()) return false;
        if (isSlow()) penaltyNanos = Math.min(2 * penaltyNanos, SlowQueue.LONGEST_PENALTY_NANOS);
        if (isReported) worker.reportFast(queue);
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
            worker.write(queue, counters, address, ring.firstLength() - Worker.HEADER);
        }
    }

    /** Counts what the slow writer has written, reports a port that it has found slow, and takes back one that it has found fast. */
    private void count() {
        SlowQueue now = slow;
        if (now == null) return;
        now.count(counters);
        if (now.isSlow()) report(now.slowestNanos());
        if (now.isReleased()) takeBack();
    }
}
