/** Queues of ports that an io_uring event loop serves, and the ring that reads and writes many frames in one system call. */
package dev.tapswitch.dataplane.uring;
