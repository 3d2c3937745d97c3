/**
 * JMH benchmarks of the core: the cost of a frame, table by table and step by step, with well-known maps for comparison. {@code ./tapswitch
 * jmh [FILTER]} runs them. They use no sockets and no TAPs; the end-to-end bench does.
 */
package dev.tapswitch.benchmarks.jmh;
