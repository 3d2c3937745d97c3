package dev.tapswitch.core.bridge;

/**
 * A frame's claim that an IP address belongs to a MAC. Requests, replies and announcements all make such a claim. Addresses are two big-endian
 * halves; an IPv4 address is mapped to IPv6. Reused for each frame; must be used on the worker thread only.
 */
final class NeighbourClaim {
    long hi;
    long lo;
    int vlan;
    long mac;
    /** Whether the claim may be learned; false if it can't be trusted, for example because of a wrong checksum. */
    boolean mayLearn;
    /** Whether the frame announces the address to all stations. */
    boolean isAnnouncement;
}
