package dev.tapswitch.core.bridge;

/** Why a frame was dropped. Each drop is counted: reasons of the ingress side at the ingress port, reasons of the egress side at the egress port. */
public enum DropReason {
    TRUNCATED("shorter than an Ethernet header"),
    SOURCE_MULTICAST("source address is multicast or broadcast (IEEE 802.3 3.2.5)"),
    SOURCE_ZERO("source address is all zero"),
    RESERVED_MULTICAST("sent to 01:80:C2:00:00:00-0F, which a bridge never forwards (IEEE 802.1Q 8.6.3)"),
    SAME_PORT("the destination is on the ingress port"),
    ISOLATED("from one isolated port to another"),
    PORT_LIMIT("source unknown, and the port is at its learning limit and set to drop"),
    STATIC_ELSEWHERE("source address is bound to another port by a static entry"),
    ADDRESS_BOUND("claims an IP address that is bound to another station (ARP or neighbour discovery)"),
    ADDRESS_CONFLICT(
            "claims another station's IP address while that station is being probed (ARP or neighbour discovery)"),
    ARP_RATE("ARP request or neighbour solicitation for an unknown target, above the port's flood rate"),
    NO_PORT("no other port to flood to"),
    TOO_BIG("larger than the egress port's MTU"),
    BAD_OFFLOAD("virtio_net_hdr does not match the frame, so it can't be segmented or checksummed"),
    PORT_DOWN("the egress port is down or was removed"),
    QUEUE_FULL("the queue of the egress port's device is full"),
    WRITE_FAILED("the egress port's device refused the frame"),
    SLOW_RECEIVER("the egress port's receiver is slow, and too many frames wait for it already"),
    FLOOD_LIMIT("too many frames wait to be flooded already, from this port or from all ports"),
    PUNT_LIMIT("too many frames wait already for the protocols of the switch");

    private final String meaning;

    DropReason(String meaning) {
        this.meaning = meaning;
    }

    /** A description for users: one clause in lower case, without a full stop. */
    public String meaning() {
        return meaning;
    }
}
