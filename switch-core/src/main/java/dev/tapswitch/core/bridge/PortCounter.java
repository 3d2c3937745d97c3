package dev.tapswitch.core.bridge;

/** What is counted per port besides drops, which are counted per {@link DropReason}. */
public enum PortCounter {
    RX_FRAMES("frames that came in (a super-frame is one)"),
    RX_BYTES("bytes that came in, Ethernet header included"),
    TX_FRAMES("frames that left (a super-frame is one)"),
    TX_BYTES("bytes that left, Ethernet header included"),
    FLOODED("frames from this port that were flooded"),
    ARP_DIRECTED("ARP requests and solicitations from this port sent to the known neighbour only"),
    ARP_REPLIED("ARP requests and solicitations from this port answered by the switch"),
    PUNTED("frames from this port that a protocol of the switch received"),
    LEARNED("MAC entries learned on this port"),
    MOVED("MAC entries that moved to this port"),
    NOT_LEARNED_LIMIT("frames forwarded without learning their source: learning limit reached"),
    NOT_LEARNED_FULL("frames forwarded without learning their source: MAC table full"),
    EVICTED("MAC entries of this port that went to make room for others in a full table"),
    SEGMENTED("super-frames to this port that were segmented in software"),
    CHECKSUMMED("frames to this port whose checksum was completed in software");

    private final String meaning;

    PortCounter(String meaning) {
        this.meaning = meaning;
    }

    /** One clause for people, in lower case, without a full stop. */
    public String meaning() {
        return meaning;
    }
}
