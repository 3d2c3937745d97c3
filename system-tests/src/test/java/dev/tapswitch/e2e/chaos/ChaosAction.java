package dev.tapswitch.e2e.chaos;

import java.util.Random;
import java.util.function.BooleanSupplier;

/**
 * An action on a {@link ChaosScenario}.
 *
 * @param weight how often it is chosen, relative to the other actions
 * @param isPossible must read only the model of the scenario, never the daemon: a seed must give the same sequence on every machine
 */
record ChaosAction(String name, int weight, BooleanSupplier isPossible, Step step) {
    /** Runs the action and returns its target for the log. An exception is a finding. */
    @FunctionalInterface
    interface Step {
        String run(Random random) throws Exception;
    }

    ChaosAction(String name, int weight, Step step) {
        this(name, weight, () -> true, step);
    }
}
