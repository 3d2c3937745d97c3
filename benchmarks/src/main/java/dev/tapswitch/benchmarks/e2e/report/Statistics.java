package dev.tapswitch.benchmarks.e2e.report;

import java.util.List;

/** The median and the range of the rounds. So few values do not justify other statistics. */
public record Statistics(double median, double min, double max, int rounds) {
    /** The statistics of at least one value. */
    public static Statistics of(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int half = sorted.size() / 2;
        double median = sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
        return new Statistics(median, sorted.getFirst(), sorted.getLast(), sorted.size());
    }
}
