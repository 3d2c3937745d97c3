/** {@code ./tapswitch bench}: which systems are measured, how and when. The parts are in the packages below. The product never depends on this package. */
package dev.tapswitch.benchmarks.e2e;
