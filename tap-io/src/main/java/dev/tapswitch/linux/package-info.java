/**
 * Linux: system calls, network namespaces, netlink, TAP devices, packet sockets, io_uring. The packages below do not know how frames are
 * forwarded.
 */
package dev.tapswitch.linux;
