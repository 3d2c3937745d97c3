package dev.tapswitch.benchmarks.e2e.bed;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waiting, with an end. */
public final class Await {
    private Await() {}

    /** Asks every few milliseconds until it is so; what did not happen within the limit is told. */
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
