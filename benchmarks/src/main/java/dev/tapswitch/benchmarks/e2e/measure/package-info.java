/** The measurements. Each puts one kind of load on a running system and records the results. Code here must not depend on a particular system. */
package dev.tapswitch.benchmarks.e2e.measure;
