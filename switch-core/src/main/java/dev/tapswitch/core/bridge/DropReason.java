package dev.tapswitch.core.bridge;

/** Why a frame was not forwarded. Every drop has one of these, and each is counted at the port the frame came in on (egress reasons: at the port it would have left by). */
public enum DropReason {
    TRUNCATED("shorter than an Ethernet header"),
    SOURCE_MULTICAST("source address is multicast or broadcast (IEEE 802.3 3.2.5)"),
    SOURCE_ZERO("source address is all zero"),
    RESERVED_MULTICAST("to 01:80:C2:00:00:00-0F, which a bridge never forwards (IEEE 802.1Q 8.6.3)"),
    SAME_PORT("the destination is on the port the frame came in on"),
    ISOLATED("from one isolated port to another"),
    PORT_LIMIT("source not learned: the port is at its learning limit and set to drop"),
    STATIC_ELSEWHERE("source address is bound to another port by a static entry"),
    ADDRESS_BOUND("claims an IP address that is bound to another station (ARP or neighbour discovery)"),
    ADDRESS_CONFLICT(
            "claims an IP address that another station has, which is being asked (ARP or neighbour discovery)"),
    ARP_RATE("ARP request or neighbour solicitation for an unknown target beyond the port's flood rate"),
    NO_PORT("no other port to flood to"),
    TOO_BIG("larger than the leaving port's MTU"),
    BAD_OFFLOAD("virtio_net_hdr does not fit the frame, so it can't be segmented or completed"),
    PORT_DOWN("the leaving port is down or gone"),
    QUEUE_FULL("the leaving port's device would not take the frame"),
    WRITE_FAILED("the leaving port's device refused the frame"),
    SLOW_RECEIVER("the leaving port takes too long to receive a frame, and too many wait for it already"),
    FLOOD_LIMIT("too many frames to be flooded wait already, from this port or from all"),
    PUNT_LIMIT("too many frames wait already for the protocols of the switch");

    private final String meaning;

    DropReason(String meaning) {
        this.meaning = meaning;
    }

    /** One clause for people, in lower case, without a full stop. */
    public String meaning() {
        return meaning;
    }
}
