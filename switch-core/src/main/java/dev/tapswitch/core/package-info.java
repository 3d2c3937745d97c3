/**
 * The switch in pure Java: frames, tables and the forwarding decision. Netty, Linux calls, I/O, clocks and logging must never enter.
 */
package dev.tapswitch.core;
