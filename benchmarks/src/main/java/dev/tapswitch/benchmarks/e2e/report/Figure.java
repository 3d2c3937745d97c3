package dev.tapswitch.benchmarks.e2e.report;

import dev.tapswitch.benchmarks.e2e.measure.Metric;

/** One figure of the report: a metric, and the parameter that tells it from the metric's others. */
public record Figure(Metric metric, String parameter) {}
