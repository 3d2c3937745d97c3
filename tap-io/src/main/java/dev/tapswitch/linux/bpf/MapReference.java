package dev.tapswitch.linux.bpf;

/**
 * A map as a program refers to it.
 *
 * @param name for listings
 * @param fd of the map, which must be open when the program is loaded
 */
public record MapReference(String name, int fd) {}
