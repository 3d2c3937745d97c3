package dev.tapswitch.benchmarks.e2e.testbed;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for conditions, with a limit. */
public final class Await {
    private Await() {}

    /** Polls every few milliseconds until the condition holds. Throws an exception that names the condition if the limit passes. */
    public static void until(String what, Duration limit, BooleanSupplier isSo) {
        long end = System.nanoTime() + limit.toNanos();
        while (!isSo.getAsBoolean()) {
            if (System.nanoTime() > end) throw new BenchException(what + ": not within " + limit.toSeconds() + " s");
            pause(5);
        }
    }

    public static void pause(long ms) {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted", e);
        }
    }
}
