/** Random traffic through two switches that differ only in the kind of their ports: with and without the kernel fast path. */
package dev.tapswitch.e2e.equivalence;
