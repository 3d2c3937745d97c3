package dev.tapswitch.control.config;

import dev.tapswitch.core.net.IpAddress;

/**
 * A frame that somebody asks about.
 *
 * @param in the port it would come in on
 * @param source low 48 bits
 * @param destination low 48 bits
 * @param vlan 0 for no tag
 * @param etherType 16 bits
 * @param target the address whose MAC it asks for; null when it asks for none
 */
public record ProbeRequest(String in, long source, long destination, int vlan, int etherType, IpAddress target) {}
