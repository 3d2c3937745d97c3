package dev.tapswitch.core.frame;

import java.lang.foreign.MemorySegment;

/**
 * A Neighbour Discovery message (RFC 4861 4) viewed in place, from its IPv6 header on. Extension headers are skipped, because hosts accept messages
 * behind them (RFC 7113 2). Fragments are ignored, because hosts must ignore them (RFC 6980 5). A flyweight, not thread-safe. Call {@link #isPresent}
 * and {@link #isWellFormed} first, in this order: the other accessors require that both return true. An address is returned as its upper and its
 * lower 64 bits.
 */
public final class NeighbourDiscovery {
    public static final int ROUTER_SOLICITATION = 133;
    public static final int ROUTER_ADVERTISEMENT = 134;
    public static final int SOLICITATION = 135;
    public static final int ADVERTISEMENT = 136;
    public static final int REDIRECT = 137;

    static final int IPV6_HEADER_LENGTH = 40;
    static final int ICMPV6 = 58;
    static final int SOURCE_LINK_LAYER = 1;
    static final int TARGET_LINK_LAYER = 2;
    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    private static final int AUTHENTICATION = 51;
    private static final int DESTINATION = 60;
    private static final int HOP_LIMIT = 255;
    private static final long NO_MAC = -1;

    private MemorySegment memory;
    private long offset;
    private int length;
    /** Offset of the ICMPv6 message from the IPv6 header. */
    private int message;

    private long linkLayer;

    /** Views the payload of a frame that is not truncated. */
    public NeighbourDiscovery wrap(EthernetFrame frame) {
        int payload = frame.payloadOffset();
        return wrap(frame.memory(), frame.offset() + payload, frame.length() - payload);
    }

    /** Views the bytes after the Ethernet header; {@code length} may include padding. */
    public NeighbourDiscovery wrap(MemorySegment memory, long offset, int length) {
        this.memory = memory;
        this.offset = offset;
        this.length = length;
        return this;
    }

    /** Whether the packet contains a Neighbour Discovery message. Takes little time for other IPv6 packets. */
    public boolean isPresent() {
        if (length < IPV6_HEADER_LENGTH || Wire.u8(memory, offset) >>> 4 != 6) return false;
        int next = Wire.u8(memory, offset + 6);
        message = next == ICMPV6 ? IPV6_HEADER_LENGTH : skipExtensions(next);
        if (message + 8 > length || message == 0) return false;
        int type = type();
        return type >= ROUTER_SOLICITATION && type <= REDIRECT && message + headerLength(type) <= length;
    }

    /** The checks of RFC 4861 6.1, 7.1, 8.1 except the checksum: hop limit 255, code 0, length, a target that is not multicast, complete options. */
    public boolean isWellFormed() {
        int end = end();
        if (end > length || end < message + headerLength(type())) return false;
        if (Wire.u8(memory, offset + 7) != HOP_LIMIT || Wire.u8(memory, offset + message + 1) != 0) return false;
        boolean hasTarget = type() >= SOLICITATION;
        if (hasTarget && Wire.u8(memory, offset + message + 8) == 0xFF) return false;
        return readOptions(end);
    }

    /**
     * Whether the checksum is complete and correct. Hosts accept a frame without a correct checksum if its sender marked it as checksummed by hardware,
     * so a message may be harmful even if this is false.
     */
    public boolean hasValidChecksum() {
        int payload = end() - message;
        long pseudo = Checksum.pseudoHeader6(memory, offset, ICMPV6, payload);
        return Checksum.finish(Checksum.add(pseudo, memory, offset + message, payload)) == 0;
    }

    public int type() {
        return Wire.u8(memory, offset + message);
    }

    public boolean isSolicitationOrAdvertisement() {
        return type() == SOLICITATION || type() == ADVERTISEMENT;
    }

    public long sourceHi() {
        return Wire.u64(memory, offset + 8);
    }

    public long sourceLo() {
        return Wire.u64(memory, offset + 16);
    }

    /** The target of a solicitation, advertisement or redirect. */
    public long targetHi() {
        return Wire.u64(memory, offset + message + 8);
    }

    /** Like {@link #targetHi}. */
    public long targetLo() {
        return Wire.u64(memory, offset + message + 16);
    }

    /** RFC 4862 5.4.2: a solicitation from :: asks whether the target address is in use. */
    public boolean isDuplicateAddressDetection() {
        return type() == SOLICITATION && isFromUnspecified();
    }

    /** Whether an advertisement replies to a solicitation (the S flag). */
    public boolean isSolicited() {
        return (Wire.u8(memory, offset + message + 4) & 0x40) != 0;
    }

    /** Whether the message claims that the IP address {@link #claimedHi}, {@link #claimedLo} belongs to the MAC {@link #linkLayerAddress}. */
    public boolean claims() {
        return linkLayer != NO_MAC && (isAboutTarget(type()) || !isFromUnspecified());
    }

    /** The target of an advertisement or redirect; the source of other messages. */
    public long claimedHi() {
        return isAboutTarget(type()) ? targetHi() : sourceHi();
    }

    /** Like {@link #claimedHi}. */
    public long claimedLo() {
        return isAboutTarget(type()) ? targetLo() : sourceLo();
    }

    /** The address in the first target link-layer option of an advertisement or redirect, or in the first source link-layer option of other messages. */
    public long linkLayerAddress() {
        return linkLayer;
    }

    private static boolean isAboutTarget(int type) {
        return type == ADVERTISEMENT || type == REDIRECT;
    }

    private boolean isFromUnspecified() {
        return (sourceHi() | sourceLo()) == 0;
    }

    /** Length of the message before its options. */
    private static int headerLength(int type) {
        return switch (type) {
            case ROUTER_SOLICITATION -> 8;
            case ROUTER_ADVERTISEMENT -> 16;
            case REDIRECT -> 40;
            default -> 24;
        };
    }

    private int end() {
        return IPV6_HEADER_LENGTH + Wire.u16(memory, offset + 4);
    }

    /** Offset of the ICMPv6 message after the extension headers (RFC 8200 4); 0 if there is none. */
    private int skipExtensions(int first) {
        int next = first;
        int position = IPV6_HEADER_LENGTH;
        while (next == HOP_BY_HOP || next == DESTINATION || next == ROUTING || next == AUTHENTICATION) {
            if (position + 8 > length) return 0;
            int units = Wire.u8(memory, offset + position + 1);
            int extension = next == AUTHENTICATION ? (units + 2) * 4 : (units + 1) * 8;
            next = Wire.u8(memory, offset + position);
            position += extension;
        }
        return next == ICMPV6 ? position : 0;
    }

    /**
     * Reads the options; returns false if one has length 0 or exceeds the message (RFC 4861 4.6). Of several options of one type the first counts, as
     * in Linux.
     */
    private boolean readOptions(int end) {
        linkLayer = NO_MAC;
        int type = type();
        int wanted = isAboutTarget(type) ? TARGET_LINK_LAYER : SOURCE_LINK_LAYER;
        int position = message + headerLength(type);
        while (position + 8 <= end) {
            int optionLength = Wire.u8(memory, offset + position + 1) * 8;
            if (optionLength == 0 || position + optionLength > end) return false;
            boolean isWanted = Wire.u8(memory, offset + position) == wanted;
            if (isWanted && linkLayer == NO_MAC) linkLayer = Wire.u48(memory, offset + position + 2);
            position += optionLength;
        }
        return position == end;
    }
}
