/** The systems under test. Each starts with a number of hosts and cleans up completely when it stops. Code here must not depend on measurements. */
package dev.tapswitch.benchmarks.e2e.system;
