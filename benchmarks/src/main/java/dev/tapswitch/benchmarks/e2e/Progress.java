package dev.tapswitch.benchmarks.e2e;

import java.util.HashMap;
import java.util.Map;

/** Prints one line per step with the remaining time, estimated at first and measured from the first round on. */
final class Progress {
    private final long start = System.nanoTime();
    private final Map<String, Double> durations = new HashMap<>();
    private final Map<String, Double> estimates = new HashMap<>();
    private final Map<String, Integer> left = new HashMap<>();

    /** Adds a step to the plan; steps of the same name take the same time in every round. */
    void plan(String step, double estimateSeconds) {
        estimates.put(step, estimateSeconds);
        left.merge(step, 1, Integer::sum);
    }

    /** Runs the step and records its duration. */
    void run(String step, String line, Runnable work) {
        System.out.printf("%-64s %s left%n", line, duration(secondsLeft()));
        long startNanos = System.nanoTime();
        try {
            work.run();
        } finally {
            done(step, (System.nanoTime() - startNanos) / 1e9);
        }
    }

    /** Removes a step that is skipped. */
    void skip(String step) {
        left.merge(step, -1, Integer::sum);
    }

    private void done(String step, double seconds) {
        durations.merge(step, seconds, (before, now) -> (before + now) / 2);
        skip(step);
    }

    double secondsLeft() {
        return left.entrySet().stream()
                .mapToDouble(entry ->
                        entry.getValue() * durations.getOrDefault(entry.getKey(), estimates.get(entry.getKey())))
                .sum();
    }

    double secondsPassed() {
        return (System.nanoTime() - start) / 1e9;
    }

    static String duration(double seconds) {
        long whole = Math.round(seconds);
        return whole >= 60 ? whole / 60 + " min " + whole % 60 + " s" : whole + " s";
    }
}
