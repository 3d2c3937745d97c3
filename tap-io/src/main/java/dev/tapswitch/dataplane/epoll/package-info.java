/** Queues of ports that an epoll event loop serves. */
package dev.tapswitch.dataplane.epoll;
