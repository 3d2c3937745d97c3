package dev.tapswitch.core.frame;

import java.lang.foreign.MemorySegment;

/**
 * An Ethernet II frame (IEEE 802.3 3.2.6) viewed in place, without its frame check sequence. Big-endian on the wire; MACs are held in
 * the low 48 bits of a long.
 *
 * <p>A flyweight for one thread. Where {@link #isTruncated} holds, no other accessor may be called.
 */
public final class EthernetFrame {
    /** Two addresses and the ethertype, bytes. */
    public static final int HEADER_LENGTH = 14;
    /** A VLAN tag: TPID and TCI, bytes (IEEE 802.1Q 9.3). */
    public static final int TAG_LENGTH = 4;

    private static final int MAX_TAGS = 2;
    private static final int TYPE_OFFSET = 12;

    private MemorySegment memory;
    private long offset;
    private int length;
    private int outerType;

    /** Views {@code length} bytes at {@code offset}. */
    public EthernetFrame wrap(MemorySegment memory, long offset, int length) {
        this.memory = memory;
        this.offset = offset;
        this.length = length;
        this.outerType = length < HEADER_LENGTH ? 0 : Wire.u16(memory, offset + TYPE_OFFSET);
        return this;
    }

    /** Whether the frame is shorter than its header. */
    public boolean isTruncated() {
        return length < HEADER_LENGTH;
    }

    public long destination() {
        return Wire.u64(memory, offset) >>> 16;
    }

    public long source() {
        // The last eight bytes of both addresses: one read, and the two that are the destination's masked away.
        return Wire.u64(memory, offset + 4) & 0xFFFF_FFFF_FFFFL;
    }

    /** The type field as it stands, a tag's where there is one. */
    public int outerType() {
        return outerType;
    }

    public boolean isTagged() {
        return EtherType.isTag(outerType);
    }

    /** VID of the outer tag; 0 for untagged, priority-tagged and truncated tags. */
    public int vlan() {
        return isTagged() && length >= HEADER_LENGTH + TAG_LENGTH
                ? Wire.u16(memory, offset + HEADER_LENGTH) & 0xFFF
                : 0;
    }

    /** Bytes from the frame's start to its payload, behind up to two tags; may be as large as the frame is long, never larger. */
    public int payloadOffset() {
        int position = TYPE_OFFSET;
        for (int tags = 0; tags < MAX_TAGS && position + TAG_LENGTH + 2 <= length; tags++) {
            if (!EtherType.isTag(Wire.u16(memory, offset + position))) break;
            position += TAG_LENGTH;
        }
        return position + 2;
    }

    /** The ethertype of the payload, behind up to two tags. */
    public int etherType() {
        return isTagged() ? Wire.u16(memory, offset + payloadOffset() - 2) : outerType;
    }
}
