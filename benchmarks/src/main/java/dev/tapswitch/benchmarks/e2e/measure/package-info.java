/** The measurements: each loads a running system in one way and records its figures. Which system it is, they don't know. */
package dev.tapswitch.benchmarks.e2e.measure;
