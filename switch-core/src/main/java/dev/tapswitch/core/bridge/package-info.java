/**
 * The forwarding decision: admit, learn, resolve addresses, decide; its configuration as immutable snapshots, its drop reasons and counters. I/O, clocks
 * and logging must never enter.
 */
package dev.tapswitch.core.bridge;
