/** What the end-to-end tests are built from: namespaces and nodes, frames and raw sockets, processes, the daemon and its API. No tests. */
package dev.tapswitch.e2e.testbed;
