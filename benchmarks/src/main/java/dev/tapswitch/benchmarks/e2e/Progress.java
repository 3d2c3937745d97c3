package dev.tapswitch.benchmarks.e2e;

import java.util.HashMap;
import java.util.Map;

/** One line for each step, with the time left: guessed at first, known from the first round on. */
final class Progress {
    private final long start = System.nanoTime();
    private final Map<String, Double> durations = new HashMap<>();
    private final Map<String, Double> guesses = new HashMap<>();
    private final Map<String, Integer> left = new HashMap<>();

    /** A step of the plan; its name tells how long it takes, whatever the round. */
    void plan(String step, double guessSeconds) {
        guesses.put(step, guessSeconds);
        left.merge(step, 1, Integer::sum);
    }

    /** Runs it and learns how long it takes. */
    void run(String step, String line, Runnable work) {
        System.out.printf("%-64s %s left%n", line, duration(secondsLeft()));
        long began = System.nanoTime();
        try {
            work.run();
        } finally {
            done(step, (System.nanoTime() - began) / 1e9);
        }
    }

    /** A step that was not run after all. */
    void skip(String step) {
        left.merge(step, -1, Integer::sum);
    }

    private void done(String step, double seconds) {
        durations.merge(step, seconds, (before, now) -> (before + now) / 2);
        skip(step);
    }

    double secondsLeft() {
        return left.entrySet().stream()
                .mapToDouble(
                        entry -> entry.getValue() * durations.getOrDefault(entry.getKey(), guesses.get(entry.getKey())))
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
