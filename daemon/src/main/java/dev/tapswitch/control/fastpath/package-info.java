/**
 * The kernel fast path of the daemon's switches: mirrors each switch's MAC table and port settings in the kernel's maps, and reads back ages and counters. The
 * MAC table decides; nothing here learns, and no frame passes through here.
 *
 * <p>Terms: a station is a MAC address in a VLAN of a switch. A frame is fast if the kernel forwards it, and slow if it goes to userspace through the TAP of its port. A
 * station is fast if the kernel forwards its frames. The host end of a veth pair is in the daemon's namespace, the far end in the container.
 */
package dev.tapswitch.control.fastpath;
