package dev.tapswitch.dataplane.poll;

/**
 * Decides for how long a worker polls for more frames before it sleeps. A sleeping thread takes 5 to 50 microseconds to wake up, which is most of
 * what a switch adds to a round trip; polling costs processor time. Therefore a worker polls only while most frames follow the previous one soon
 * enough for polling to find them: never when there is no traffic, and rarely for occasional frames.
 *
 * <p>It also does not poll while other threads need its CPU. The scheduler treats a polling thread like one that computes and makes it wait for some
 * milliseconds, while a sleeping thread runs as soon as it is woken. Must be used on the worker thread.
 */
public final class BusyPoll {
    /** Polling starts when the score, short gaps minus long gaps, reaches this. */
    private static final int MIN_SCORE = 4;

    private static final int MAX_SCORE = 8;

    /** If a yield takes longer than this, another thread has more work than to send a reply and to wait for the next request. */
    private static final long LONG_YIELD_NANOS = 200_000;

    private static final long MIN_PAUSE_NANOS = 10_000_000;
    private static final long MAX_PAUSE_NANOS = 1_000_000_000;

    private final long nanos;
    private long lastNanos;
    private int score;
    /** No polling before this time, because other threads needed the CPU. */
    private long pausedUntilNanos;

    private long pauseNanos;

    /** {@code nanos}: how long to poll after a frame; 0 for never. */
    public BusyPoll(long nanos) {
        this.nanos = nanos;
        this.lastNanos = System.nanoTime();
        this.pausedUntilNanos = lastNanos;
    }

    /** Must be called when a frame has arrived. Times are those of System.nanoTime(). */
    public void frameAt(long nowNanos) {
        boolean isSoon = nowNanos - lastNanos <= nanos;
        score = isSoon ? Math.min(score + 1, MAX_SCORE) : Math.max(score - 1, 0);
        lastNanos = nowNanos;
    }

    /** Whether to poll instead of sleeping. */
    public boolean isOn() {
        return nanos > 0 && score >= MIN_SCORE && lastNanos - pausedUntilNanos >= 0 && !isOver(lastNanos);
    }

    /** Whether polling that began at {@code sinceNanos} has used its time. */
    public boolean isOver(long sinceNanos) {
        return System.nanoTime() - sinceNanos >= nanos;
    }

    /** Between two polls: lets another thread that waits for this CPU run (sched_yield). */
    @SuppressWarnings("ThreadPriorityCheck") // nothing depends on whether, or to which thread
    public void yieldCpu() {
        long before = System.nanoTime();
        Thread.yield();
        long after = System.nanoTime();
        if (after - before > LONG_YIELD_NANOS) pauseAt(after);
    }

    /** Stops polling for a while, because other threads need the CPU. The pause doubles if the last one ended recently. */
    public void pauseAt(long nowNanos) {
        boolean isRepeated = nowNanos - pausedUntilNanos < 8 * pauseNanos;
        pauseNanos = isRepeated ? Math.min(2 * pauseNanos, MAX_PAUSE_NANOS) : MIN_PAUSE_NANOS;
        pausedUntilNanos = nowNanos + pauseNanos;
    }

    /** When the last frame arrived. */
    public long lastNanos() {
        return lastNanos;
    }
}
