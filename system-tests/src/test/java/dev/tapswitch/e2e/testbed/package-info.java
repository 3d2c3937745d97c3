/** The building blocks of the end-to-end tests: namespaces and nodes, frames and raw sockets, processes, the daemon and its API. It has no tests. */
package dev.tapswitch.e2e.testbed;
