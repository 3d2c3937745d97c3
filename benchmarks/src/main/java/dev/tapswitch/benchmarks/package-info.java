/** Benchmarks of the core (JMH) and end to end. */
package dev.tapswitch.benchmarks;
