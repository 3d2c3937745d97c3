package dev.tapswitch.core.frame;

import java.lang.foreign.MemorySegment;

/**
 * A neighbour solicitation or advertisement (RFC 4861 4.3, 4.4) viewed in place, from its IPv6 header on. A flyweight for one thread;
 * where {@link #isValid} does not hold, nothing else may be called. Addresses are two big-endian halves.
 */
public final class NeighbourDiscovery {
    public static final int SOLICITATION = 135;
    public static final int ADVERTISEMENT = 136;

    static final int IPV6_HEADER_LENGTH = 40;
    static final int ICMPV6 = 58;
    static final int SOURCE_LINK_LAYER = 1;
    static final int TARGET_LINK_LAYER = 2;
    private static final int MESSAGE_LENGTH = 24;
    private static final int HOP_LIMIT = 255;
    private static final long NO_MAC = -1;

    private MemorySegment memory;
    private long offset;
    private int length;
    private long linkLayer;

    /** Views what follows the Ethernet header; {@code length} may count padding. */
    public NeighbourDiscovery wrap(MemorySegment memory, long offset, int length) {
        this.memory = memory;
        this.offset = offset;
        this.length = length;
        return this;
    }

    /** RFC 4861 7.1.1 and 7.1.2: version, hop limit 255, code 0, length, a target that is no group, whole options, checksum. */
    public boolean isValid() {
        if (!isSolicitationOrAdvertisement()) return false;
        int payload = Wire.u16(memory, offset + 4);
        if (payload < MESSAGE_LENGTH || IPV6_HEADER_LENGTH + payload > length) return false;
        long message = offset + IPV6_HEADER_LENGTH;
        if (Wire.u8(memory, offset + 7) != HOP_LIMIT || Wire.u8(memory, message + 1) != 0) return false;
        if (Wire.u8(memory, message + 8) == 0xFF || !readOptions(payload)) return false;
        long pseudo = Checksum.pseudoHeader6(memory, offset, ICMPV6, payload);
        return Checksum.finish(Checksum.add(pseudo, memory, message, payload)) == 0;
    }

    /** The cheap part of isValid: most IPv6 is not Neighbour Discovery, and is told from it here. */
    public boolean isSolicitationOrAdvertisement() {
        if (length < IPV6_HEADER_LENGTH + MESSAGE_LENGTH) return false;
        if (Wire.u8(memory, offset) >>> 4 != 6 || Wire.u8(memory, offset + 6) != ICMPV6) return false;
        int type = type();
        return type == SOLICITATION || type == ADVERTISEMENT;
    }

    public int type() {
        return Wire.u8(memory, offset + IPV6_HEADER_LENGTH);
    }

    public long sourceHi() {
        return Wire.u64(memory, offset + 8);
    }

    public long sourceLo() {
        return Wire.u64(memory, offset + 16);
    }

    public long targetHi() {
        return Wire.u64(memory, offset + IPV6_HEADER_LENGTH + 8);
    }

    public long targetLo() {
        return Wire.u64(memory, offset + IPV6_HEADER_LENGTH + 16);
    }

    /** RFC 4862 5.4.2: a solicitation from :: asks whether the target address is in use. */
    public boolean isDuplicateAddressDetection() {
        return type() == SOLICITATION && sourceHi() == 0 && sourceLo() == 0;
    }

    /** An advertisement that answers a solicitation (its S flag). */
    public boolean isSolicited() {
        return (Wire.u8(memory, offset + IPV6_HEADER_LENGTH + 4) & 0x40) != 0;
    }

    public boolean hasLinkLayerAddress() {
        return linkLayer != NO_MAC;
    }

    /** A solicitation's source link-layer option, an advertisement's target link-layer option. */
    public long linkLayerAddress() {
        return linkLayer;
    }

    /** False for an option of length 0 or one that runs over the end (RFC 4861 4.6). */
    private boolean readOptions(int payload) {
        linkLayer = NO_MAC;
        int wanted = type() == SOLICITATION ? SOURCE_LINK_LAYER : TARGET_LINK_LAYER;
        int position = IPV6_HEADER_LENGTH + MESSAGE_LENGTH;
        int end = IPV6_HEADER_LENGTH + payload;
        while (position + 8 <= end) {
            int optionLength = Wire.u8(memory, offset + position + 1) * 8;
            if (optionLength == 0 || position + optionLength > end) return false;
            if (Wire.u8(memory, offset + position) == wanted) linkLayer = Wire.u48(memory, offset + position + 2);
            position += optionLength;
        }
        return position == end;
    }
}
