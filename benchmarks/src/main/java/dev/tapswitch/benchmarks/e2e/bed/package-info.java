/** The test bed: namespaces, hosts, the C programs that load and measure, what the machine says of its CPUs. No system under test is known here. */
package dev.tapswitch.benchmarks.e2e.bed;
