package dev.tapswitch.core.bridge;

/** What the switch does with an ARP request or IPv6 neighbour solicitation for a neighbour it knows. */
public enum ArpMode {
    /** Forward it only to the neighbour's port: the owner answers, so a stale entry can't lie. */
    DIRECT,
    /** Answer it in the neighbour's place. */
    REPLY,
    /** Flood it, as a plain switch does. */
    FLOOD
}
