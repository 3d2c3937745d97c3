package dev.tapswitch.benchmarks.e2e.measure;

/** Takes the figures of one measurement on one system. */
@FunctionalInterface
public interface Recorder {
    /** {@code parameter}: what tells the metric's figures apart, "" where there is but one. */
    void record(Metric metric, String parameter, double value);
}
