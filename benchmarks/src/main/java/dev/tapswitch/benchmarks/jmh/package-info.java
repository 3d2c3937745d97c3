/**
 * The core, measured by JMH: what a frame costs, table by table and step by step, with well-known maps beside ours as a measure.
 * Run by {@code ./tapswitch jmh [FILTER]}. No sockets, no TAPs: those are the end-to-end bench's.
 */
package dev.tapswitch.benchmarks.jmh;
