package dev.tapswitch.tap.loop;

/**
 * For how long a worker looks for more frames before it sleeps. A sleeping thread takes 5 to 50 microseconds to wake up, which is most of what a
 * switch adds to a round trip; looking costs processor time for that long after each frame, and none when nothing passes.
 */
final class BusyPoll {
    private final long nanos;
    private long untilNanos;

    /** 0 for none. */
    BusyPoll(long nanos) {
        this.nanos = nanos;
        this.untilNanos = System.nanoTime();
    }

    /** A frame came. The loop's thread. */
    void frameAt(long nowNanos) {
        untilNanos = nowNanos + nanos;
    }

    /** Whether to look again instead of sleeping. The loop's thread. */
    boolean isOn() {
        return nanos > 0 && System.nanoTime() - untilNanos < 0;
    }
}
