package dev.tapswitch.dataplane.worker;

/**
 * Whether writes to one port take too long: a bucket of time. Each write takes its duration from the bucket and puts {@link #ALLOWED_NANOS} back, so
 * that many writes that are a little slow count as much as one that is very slow, and one that was preempted is soon forgotten. Not thread-safe.
 */
final class WriteCost {
    /** What a write may take on average. A small frame takes 1 to 5 us, a super-frame up to 100. */
    static final long ALLOWED_NANOS = 200_000;

    /** By how much writes may exceed that. */
    static final long MAX_EXCESS_NANOS = 2_000_000;

    private long excessNanos;

    /** Adds {@code writes} writes that took {@code nanos} together; whether that is too long. */
    boolean exceeds(long nanos, int writes) {
        excessNanos = Math.max(0, excessNanos + nanos - writes * ALLOWED_NANOS);
        return excessNanos > MAX_EXCESS_NANOS;
    }

    void reset() {
        excessNanos = 0;
    }
}
