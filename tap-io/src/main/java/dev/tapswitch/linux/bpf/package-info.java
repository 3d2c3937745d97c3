/**
 * eBPF by bpf(2): an assembler and its listing, maps, programs, links, pinned objects, and what the kernel supports. Nothing in here knows what a
 * switch is.
 */
package dev.tapswitch.linux.bpf;
