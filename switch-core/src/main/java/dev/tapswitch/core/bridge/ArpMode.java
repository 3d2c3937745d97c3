package dev.tapswitch.core.bridge;

/** What the switch does with an ARP request or IPv6 neighbour solicitation for a neighbour it knows. */
public enum ArpMode {
    /** Forward it only to the neighbour's port. The neighbour itself replies, so a stale entry can't cause a wrong reply. */
    DIRECT,
    /** Reply to it on behalf of the neighbour. */
    REPLY,
    /** Flood it, like a switch without a neighbour table. */
    FLOOD
}
