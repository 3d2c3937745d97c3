package dev.tapswitch.dataplane.worker;

/**
 * Determines whether writes to one port take too long, by a token bucket of time. Each write takes its duration from the bucket and returns
 * {@link #ALLOWED_NANOS}, so that many writes which are slightly slow count as much as one which is very slow, and a single preempted write is soon
 * forgotten. Not thread-safe.
 */
final class WriteCost {
    /** The time that a write may take on average. A small frame takes 1 to 5 us, a super-frame up to 100 us. */
    static final long ALLOWED_NANOS = 200_000;

    /** By how much the writes may exceed the average in total. */
    static final long MAX_EXCESS_NANOS = 2_000_000;

    private long excessNanos;

    /** Adds {@code writes} writes that took {@code nanos} in total; returns whether this is too long. */
    boolean exceeds(long nanos, int writes) {
        excessNanos = Math.max(0, excessNanos + nanos - writes * ALLOWED_NANOS);
        return excessNanos > MAX_EXCESS_NANOS;
    }

    void reset() {
        excessNanos = 0;
    }
}
