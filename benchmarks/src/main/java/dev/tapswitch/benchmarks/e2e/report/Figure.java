package dev.tapswitch.benchmarks.e2e.report;

import dev.tapswitch.benchmarks.e2e.measure.Metric;

/** One result of the report: a metric and the parameter that distinguishes it from the metric's other results. */
public record Figure(Metric metric, String parameter) {}
