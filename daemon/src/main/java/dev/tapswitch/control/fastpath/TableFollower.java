package dev.tapswitch.control.fastpath;

import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread that copies changes of the MAC tables to the kernel, writes the heartbeat and reads the ages of stations. It sleeps between heartbeats while nothing changes. */
final class TableFollower implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TableFollower.class);
    /**
     * The delay between a change of a table and its copy. Within it, the worker that learned a station forwards the frame that it learned it from, so that no later frame
     * overtakes that one in the fast path. Also, a burst of changes costs only one wake-up.
     */
    private static final long SETTLE_MS = 2;

    private static final long MAX_PAUSE_MS = 100;
    private static final long MIN_BEAT_MS = 100;
    private static final long MAX_BEAT_MS = 1_000;
    private static final long MAX_SWEEP_MS = 10_000;
    /** How often a station's age is read within the ageing time. */
    private static final int SWEEPS_PER_AGEING = 10;

    private final KernelFastPath fastPath;
    private final Thread thread = Thread.ofPlatform().daemon().name("fast-path").unstarted(this::run);
    private volatile boolean isClosed;
    private long beatAtNanos;
    private long sweptAtNanos;

    TableFollower(KernelFastPath fastPath) {
        this.fastPath = fastPath;
        beatAtNanos = sweptAtNanos = System.nanoTime();
    }

    void start() {
        thread.start();
    }

    /** Wakes the thread. Does not block, because workers call it. */
    void wake() {
        LockSupport.unpark(thread);
    }

    private void run() {
        while (!isClosed) {
            try {
                cycle();
            } catch (RuntimeException e) {
                LOG.error("following the MAC tables failed: this is a bug, please report it", e);
                pause(MAX_PAUSE_MS);
            }
        }
    }

    private void cycle() {
        long began = System.nanoTime();
        long periodMs = fastPath.minAgeingMs() / SWEEPS_PER_AGEING;
        long beatMs = Math.clamp(periodMs, MIN_BEAT_MS, MAX_BEAT_MS);
        boolean isBeatDue = isDue(beatAtNanos, beatMs, began);
        if (isBeatDue) beatAtNanos = began;
        boolean isSweepDue = isDue(sweptAtNanos, Math.clamp(periodMs, MIN_BEAT_MS, MAX_SWEEP_MS), began);
        if (isSweepDue) sweptAtNanos = began;
        boolean hasMore = fastPath.follow(isBeatDue, isSweepDue);
        if (!hasMore) LockSupport.parkNanos(beatAtNanos + beatMs * 1_000_000 - System.nanoTime());
        // If there is more to do, the thread pauses as long as this cycle took, so that a container that sends from
        // many source addresses causes a load of at most half a CPU here.
        long tookMs = hasMore ? (System.nanoTime() - began) / 1_000_000 : 0;
        pause(Math.clamp(tookMs, SETTLE_MS, MAX_PAUSE_MS));
    }

    private static boolean isDue(long lastNanos, long periodMs, long nowNanos) {
        return nowNanos - lastNanos >= periodMs * 1_000_000;
    }

    /** Sleeps instead of parking, because a wake-up must not end the pause. */
    private void pause(long ms) {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException e) {
            isClosed = true;
        }
    }

    /** Stops the thread and waits until it has ended. */
    @Override
    public void close() {
        isClosed = true;
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
