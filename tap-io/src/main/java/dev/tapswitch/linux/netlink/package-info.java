/**
 * Netlink (netlink(7), RFC 3549): messages, sockets, links, addresses, routes, bridge ports, notifications. Nothing here opens a TAP or
 * knows what a switch is.
 */
package dev.tapswitch.linux.netlink;
