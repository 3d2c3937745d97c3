/**
 * The switch as pure Java: frames, tables and the forwarding decision. No Netty, no Linux, no I/O, no clock of its own, no logging.
 */
package dev.tapswitch.core;
