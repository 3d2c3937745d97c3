package dev.tapswitch.e2e.testbed;

import static org.junit.jupiter.api.Assertions.fail;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for a condition, with a limit on the time. */
public final class Await {
    private Await() {}

    /** Fails when the condition does not become true within the limit. {@code expectation} describes it, with the state found. */
    public static void within(Duration limit, Supplier<String> expectation, BooleanSupplier condition) {
        long end = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) fail("not within " + limit.toMillis() + " ms: " + expectation.get());
            pause(Duration.ofMillis(50));
        }
    }

    /** Like {@link #within}, but does not fail: the caller examines the state after the limit. */
    public static void atMost(Duration limit, BooleanSupplier condition) {
        long end = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean() && System.nanoTime() < end) pause(Duration.ofMillis(200));
    }

    /** Sleeps for a fixed time. For intervals between frames and for periods in which nothing may happen; to wait for a condition, use {@link #within}. */
    public static void pause(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
