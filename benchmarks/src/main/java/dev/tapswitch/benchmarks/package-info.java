/** Benchmarks of the core with JMH ({@code jmh}) and of the whole switch end to end ({@code e2e}). No other module depends on this one. */
package dev.tapswitch.benchmarks;
