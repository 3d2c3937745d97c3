package dev.tapswitch.dataplane.worker;

/**
 * For how long a worker looks for more frames before it sleeps. A sleeping thread takes 5 to 50 microseconds to wake up, which is most of what a
 * switch adds to a round trip; looking costs processor time. So it looks only while most frames come so soon after the one before that looking finds
 * them: none when nothing passes, and hardly any for what comes now and then.
 *
 * <p>Nor does it look while others want its CPU. The scheduler takes one that looks for one that computes, and makes it wait its turn of some milliseconds; one
 * that sleeps runs as soon as it is woken. The loop's thread.
 */
final class BusyPoll {
    /** Of the last frames' gaps, so many more short ones than long ones are enough, and count at most. */
    private static final int ENOUGH = 4;

    private static final int MOST = 8;

    /** In nanoseconds: a thread that takes the CPU for longer has more to do than to send an answer and wait for the next. */
    private static final long LONG_TURN = 200_000;

    private static final long SHORTEST_PAUSE = 10_000_000;
    private static final long LONGEST_PAUSE = 1_000_000_000;

    private final long nanos;
    private long lastNanos;
    private int trust;
    /** After others wanted the CPU: no looking until then, and for how long that was, in nanoseconds. */
    private long pausedUntil;

    private long pause;

    /** 0 for none. */
    BusyPoll(long nanos) {
        this.nanos = nanos;
        this.lastNanos = System.nanoTime();
        this.pausedUntil = lastNanos;
    }

    /** A frame came. */
    void frameAt(long nowNanos) {
        boolean isSoon = nowNanos - lastNanos <= nanos;
        trust = isSoon ? Math.min(trust + 1, MOST) : Math.max(trust - 1, 0);
        lastNanos = nowNanos;
    }

    /** Whether to look for more instead of sleeping. */
    boolean isOn() {
        return nanos > 0 && trust >= ENOUGH && lastNanos - pausedUntil >= 0 && !isOver(lastNanos);
    }

    /** Whether looking has brought nothing for long enough since then. */
    boolean isOver(long sinceNanos) {
        return System.nanoTime() - sinceNanos >= nanos;
    }

    /** Between two looks: whoever waits for this CPU has it (sched_yield). */
    @SuppressWarnings("ThreadPriorityCheck") // nothing depends on whether, or to whom
    void letOthersRun() {
        long before = System.nanoTime();
        Thread.yield();
        long after = System.nanoTime();
        if (after - before > LONG_TURN) pauseAt(after);
    }

    /** Others want the CPU: no looking for a while, which is the longer the sooner that comes again. */
    void pauseAt(long nowNanos) {
        boolean isAgain = nowNanos - pausedUntil < 8 * pause;
        pause = isAgain ? Math.min(2 * pause, LONGEST_PAUSE) : SHORTEST_PAUSE;
        pausedUntil = nowNanos + pause;
    }

    /** When the last frame came. */
    long lastNanos() {
        return lastNanos;
    }
}
