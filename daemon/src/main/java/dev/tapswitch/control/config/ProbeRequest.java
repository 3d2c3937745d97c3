package dev.tapswitch.control.config;

import dev.tapswitch.core.net.IpAddress;

/**
 * A request to explain what the switch would do with a frame.
 *
 * @param in the port on which the frame would arrive
 * @param source low 48 bits
 * @param destination low 48 bits
 * @param vlan 0 for no tag
 * @param etherType 16 bits
 * @param target the address in an ARP request or neighbour solicitation; null for another frame
 */
public record ProbeRequest(String in, long source, long destination, int vlan, int etherType, IpAddress target) {}
