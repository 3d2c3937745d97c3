package dev.tapswitch.tap.loop;

/**
 * For how long a worker looks for more frames before it sleeps. A sleeping thread takes 5 to 50 microseconds to wake up, which is most of what a
 * switch adds to a round trip; looking costs processor time. So it looks only while most frames come so soon after the one before that looking finds
 * them: none when nothing passes, and hardly any for what comes now and then. The loop's thread.
 */
final class BusyPoll {
    /** Of the last frames' gaps, so many more short ones than long ones are enough, and count at most. */
    private static final int ENOUGH = 4;

    private static final int MOST = 8;

    private final long nanos;
    private long lastNanos;
    private int trust;

    /** 0 for none. */
    BusyPoll(long nanos) {
        this.nanos = nanos;
        this.lastNanos = System.nanoTime();
    }

    /** A frame came. */
    void frameAt(long nowNanos) {
        boolean isSoon = nowNanos - lastNanos <= nanos;
        trust = isSoon ? Math.min(trust + 1, MOST) : Math.max(trust - 1, 0);
        lastNanos = nowNanos;
    }

    /** Whether to look for more instead of sleeping. */
    boolean isOn() {
        return nanos > 0 && trust >= ENOUGH && !isOver(lastNanos);
    }

    /** Whether looking has brought nothing for long enough since then. */
    boolean isOver(long sinceNanos) {
        return System.nanoTime() - sinceNanos >= nanos;
    }

    /** When the last frame came. */
    long lastNanos() {
        return lastNanos;
    }
}
