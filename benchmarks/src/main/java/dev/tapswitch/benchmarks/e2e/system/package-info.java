/** The systems under test: each starts with a number of hosts on it and stops without a trace. What is measured on them is not known here. */
package dev.tapswitch.benchmarks.e2e.system;
