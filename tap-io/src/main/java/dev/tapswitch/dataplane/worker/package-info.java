/** Workers on Netty's event loops, and the queues (epoll, io_uring) that move frames between TAPs and the core. Nothing slow, nothing that allocates per frame. */
package dev.tapswitch.dataplane.worker;
