package dev.tapswitch.control.config;

import dev.tapswitch.core.net.IpAddress;

/**
 * A neighbour that need not be learned.
 *
 * @param mac low 48 bits
 */
public record StaticNeighbour(IpAddress address, long mac) {}
