package dev.tapswitch.control.switches;

/** The clock that the workers use. */
public final class Clock {
    private Clock() {}

    /** Milliseconds from an arbitrary origin; never decreases. */
    public static long nowMs() {
        return System.nanoTime() / 1_000_000;
    }
}
