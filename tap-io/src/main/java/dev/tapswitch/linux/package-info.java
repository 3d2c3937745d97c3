/** Linux: system calls by FFM, TAP devices in network namespaces, and the event loops that move frames between them and the core. */
package dev.tapswitch.linux;
