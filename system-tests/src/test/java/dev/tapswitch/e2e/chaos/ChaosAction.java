package dev.tapswitch.e2e.chaos;

import java.util.Random;
import java.util.function.BooleanSupplier;

/**
 * One thing that happens to a {@link ChaosScenario}.
 *
 * @param weight how often it is chosen, relative to the others
 * @param isPossible reads the world's model only, never the daemon: a seed must give the same sequence on every machine
 */
record ChaosAction(String name, int weight, BooleanSupplier isPossible, Step step) {
    /** Does it; returns what it was done to, for the log. Whatever it throws is a finding. */
    @FunctionalInterface
    interface Step {
        String run(Random random) throws Exception;
    }

    ChaosAction(String name, int weight, Step step) {
        this(name, weight, () -> true, step);
    }
}
