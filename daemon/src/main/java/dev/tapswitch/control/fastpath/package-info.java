/**
 * The kernel fast path of the daemon's switches: mirrors each switch's MAC table and port settings in the kernel's maps, and reads back ages and counters. The
 * MAC table decides; nothing here learns, and no frame passes through here.
 */
package dev.tapswitch.control.fastpath;
