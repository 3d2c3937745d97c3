package dev.tapswitch.e2e.testbed;

import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for what takes a moment, no longer than said. */
public final class Await {
    private Await() {}

    public static void within(Duration limit, Supplier<String> what, BooleanSupplier condition) {
        long end = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) fail("not within " + limit.toMillis() + " ms: " + what.get());
            pause(Duration.ofMillis(50));
        }
    }

    /** As {@link #within}, but whoever calls looks what there is when the time is over. */
    public static void atMost(Duration limit, BooleanSupplier condition) {
        long end = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean() && System.nanoTime() < end) pause(Duration.ofMillis(200));
    }

    public static void pause(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
