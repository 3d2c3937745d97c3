/**
 * eBPF through bpf(2): an assembler and a disassembler, maps, programs, attachments, pins, and the detection of kernel features. Nothing here knows
 * what a switch is.
 */
package dev.tapswitch.linux.bpf;
