package dev.tapswitch.cli.lab;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits for a condition, with a time limit. */
final class Await {
    private Await() {}

    /** Polls a condition until it is true. Returns false if it is still false when the time is over. */
    static boolean until(BooleanSupplier condition, long withinMs) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(withinMs);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) return false;
            pause(20);
        }
        return true;
    }

    static void pause(long ms) {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted");
        }
    }
}
