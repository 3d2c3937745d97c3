/** Netlink (RFC 3549, linux/netlink.h): messages, sockets, links, addresses, routes, bridge ports, notifications. Nothing here opens a TAP. */
package dev.tapswitch.linux.netlink;
