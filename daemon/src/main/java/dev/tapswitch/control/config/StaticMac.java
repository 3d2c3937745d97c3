package dev.tapswitch.control.config;

/**
 * A MAC bound to a port.
 *
 * @param mac low 48 bits
 * @param vlan 0 for untagged
 */
public record StaticMac(long mac, int vlan, String port) {}
