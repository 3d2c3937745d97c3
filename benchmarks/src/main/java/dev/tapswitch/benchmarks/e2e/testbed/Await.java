package dev.tapswitch.benchmarks.e2e.testbed;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for conditions, with a limit. */
public final class Await {
    private Await() {}

    /** Polls every few milliseconds until the condition holds. Throws an exception that names the condition if the limit passes. */
    public static void until(String what, Duration limit, BooleanSupplier condition) {
        long end = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) throw new BenchException("timeout after " + limit.toSeconds() + " s: " + what);
            pause(5);
        }
    }

    /** Sleeps. Throws an exception if the thread is interrupted, which stays set. */
    public static void pause(long ms) {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted", e);
        }
    }
}
