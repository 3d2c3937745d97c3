/** {@code ./tapswitch bench}: which systems are measured, how and when. The parts are in the packages below. The product does not depend on it. */
package dev.tapswitch.benchmarks.e2e;
