package dev.tapswitch.benchmarks.e2e.measure;

/** Receives the results of one measurement on one system. */
@FunctionalInterface
public interface Recorder {
    /** {@code parameter} distinguishes the results of one metric; empty if there is only one. */
    void record(Metric metric, String parameter, double value);
}
