/**
 * Veth pairs as the devices of ports: pairs that Tapswitch created, with a TAP as their slow path, and host ends of pairs that a container runtime created, with
 * packet sockets. Nothing here decides which frames take the fast path.
 */
package dev.tapswitch.linux.veth;
