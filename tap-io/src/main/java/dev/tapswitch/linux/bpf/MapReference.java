package dev.tapswitch.linux.bpf;

/**
 * A map as a program refers to it.
 *
 * @param name for listings
 * @param fd the map's descriptor, which must be open when the program is loaded
 */
public record MapReference(String name, int fd) {}
