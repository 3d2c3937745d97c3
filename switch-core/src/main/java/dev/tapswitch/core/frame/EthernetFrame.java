package dev.tapswitch.core.frame;

import java.lang.foreign.MemorySegment;

/**
 * An Ethernet II frame (IEEE 802.3 3.2.6) viewed in place, without its frame check sequence. Big-endian on the wire; MACs are held in the low 48 bits
 * of a long.
 *
 * <p>A flyweight, not thread-safe. If {@link #isTruncated} returns true, no other accessor may be called.
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
    /** The type field after the addresses; in a tagged frame, the TPID of the outer tag. */
    private int outerType;

    /** Views {@code length} bytes at {@code offset}. */
    public EthernetFrame wrap(MemorySegment memory, long offset, int length) {
        this.memory = memory;
        this.offset = offset;
        this.length = length;
        this.outerType = length < HEADER_LENGTH ? 0 : Wire.u16(memory, offset + TYPE_OFFSET);
        return this;
    }

    MemorySegment memory() {
        return memory;
    }

    long offset() {
        return offset;
    }

    int length() {
        return length;
    }

    /** Whether the frame is shorter than its header. */
    public boolean isTruncated() {
        return length < HEADER_LENGTH;
    }

    /** Copies the frame to the beginning of {@code target}; returns its length, or 0 if it does not fit. */
    public int copyTo(MemorySegment target) {
        if (length > target.byteSize()) return 0;
        MemorySegment.copy(memory, offset, target, 0, length);
        return length;
    }

    public long destination() {
        return Wire.u64(memory, offset) >>> 16;
    }

    public long source() {
        // One load of eight bytes, of which the first two belong to the destination.
        return Wire.u64(memory, offset + 4) & 0xFFFF_FFFF_FFFFL;
    }

    public boolean isTagged() {
        return EtherType.isTag(outerType);
    }

    /** VID of the outer tag; 0 for untagged and priority-tagged frames, and for a truncated tag. */
    public int vlan() {
        return isTagged() && length >= HEADER_LENGTH + TAG_LENGTH
                ? Wire.u16(memory, offset + HEADER_LENGTH) & 0xFFF
                : 0;
    }

    /**
     * Offset of the payload behind up to two VLAN tags and any number of priority tags (VID 0), all of which Linux strips. At most the length of the
     * frame.
     */
    public int payloadOffset() {
        int position = TYPE_OFFSET;
        for (int vlans = 0; isTagAt(position); position += TAG_LENGTH) {
            if (vlanAt(position) != 0 && ++vlans > MAX_TAGS) break;
        }
        return position + 2;
    }

    /** The VID of the only tag that is not a priority tag (VID 0); 0 if there is none, -1 if there are two or more. */
    public int onlyVlan() {
        int only = 0;
        for (int position = TYPE_OFFSET; isTagAt(position); position += TAG_LENGTH) {
            int vlan = vlanAt(position);
            if (vlan != 0 && only != 0) return -1;
            if (vlan != 0) only = vlan;
        }
        return only;
    }

    private boolean isTagAt(int position) {
        return position + TAG_LENGTH + 2 <= length && EtherType.isTag(Wire.u16(memory, offset + position));
    }

    private int vlanAt(int position) {
        return Wire.u16(memory, offset + position + 2) & 0xFFF;
    }

    /** The ethertype of the payload at {@link #payloadOffset}. */
    public int etherType() {
        return isTagged() ? Wire.u16(memory, offset + payloadOffset() - 2) : outerType;
    }
}
