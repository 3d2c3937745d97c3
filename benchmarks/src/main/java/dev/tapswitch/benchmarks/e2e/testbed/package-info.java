/**
 * The testbed: namespaces, hosts, the C programs that generate load and measure, and CPU accounting. Code here must not depend on a system
 * under test.
 */
package dev.tapswitch.benchmarks.e2e.testbed;
