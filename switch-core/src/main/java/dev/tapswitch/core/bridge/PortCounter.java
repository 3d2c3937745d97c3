package dev.tapswitch.core.bridge;

/** The counters of a port, except those of drops, which are counted per {@link DropReason}. */
public enum PortCounter {
    RX_FRAMES("received frames (a super-frame counts as one)"),
    RX_BYTES("received bytes, including Ethernet headers"),
    TX_FRAMES("sent frames (a super-frame counts as one)"),
    TX_BYTES("sent bytes, including Ethernet headers"),
    FLOODED("frames from this port that were flooded"),
    ARP_DIRECTED("ARP requests and solicitations from this port forwarded only to the known neighbour"),
    ARP_REPLIED("ARP requests and solicitations from this port that the switch replied to"),
    PUNTED("frames from this port that a protocol of the switch received"),
    LEARNED("MAC entries learned on this port"),
    MOVED("MAC entries that moved to this port"),
    NOT_LEARNED_LIMIT("frames whose source was not learned because the port is at its learning limit"),
    NOT_LEARNED_FULL("frames whose source was not learned because the MAC table is full"),
    EVICTED("MAC entries of this port that were evicted from the full table"),
    SEGMENTED("super-frames to this port that were segmented in software"),
    CHECKSUMMED("frames to this port whose checksum was completed in software");

    private final String meaning;

    PortCounter(String meaning) {
        this.meaning = meaning;
    }

    /** A description for users: one clause in lower case, without a full stop. */
    public String meaning() {
        return meaning;
    }
}
