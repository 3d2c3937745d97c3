/**
 * A worker's data path: forwards a batch of frames, writes them to ports, floods and guards itself against slow receivers. How a queue waits for
 * frames must never enter: that is in {@code dataplane.epoll} and {@code dataplane.uring}.
 */
package dev.tapswitch.dataplane.worker;
