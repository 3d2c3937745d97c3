/** {@code ./tapswitch bench}: what is measured when, on which systems; its parts are in the rooms below. Nothing of the product depends on it. */
package dev.tapswitch.benchmarks.e2e;
