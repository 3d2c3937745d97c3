package dev.tapswitch.control.switches;

/** The workers' clock. */
public final class Clock {
    private Clock() {}

    /** Monotonic, milliseconds from some moment. */
    public static long nowMs() {
        return System.nanoTime() / 1_000_000;
    }
}
