package dev.tapswitch.core.frame;

import java.lang.foreign.MemorySegment;

/** The Internet checksum (RFC 1071): pure functions; sums are kept unfolded in a long so that they can be added up. */
public final class Checksum {
    private Checksum() {}

    /** Adds {@code length} bytes to a sum; an odd last byte counts as a word's high half, so only the last piece may be odd. */
    public static long add(long sum, MemorySegment memory, long offset, int length) {
        int i = 0;
        for (; i + 8 <= length; i += 8) {
            long word = Wire.u64(memory, offset + i);
            sum += (word >>> 32) + (word & 0xFFFF_FFFFL);
        }
        for (; i + 2 <= length; i += 2) sum += Wire.u16(memory, offset + i);
        if (i < length) sum += (long) Wire.u8(memory, offset + i) << 8;
        return sum;
    }

    /** The pseudo header of TCP or UDP over IPv4 (RFC 9293 3.1), header at {@code ip}; {@code length} is the transport's. */
    public static long pseudoHeader4(MemorySegment memory, long ip, int protocol, int length) {
        return add(protocol + (long) length, memory, ip + 12, 8);
    }

    /** The pseudo header over IPv6 (RFC 8200 8.1), header at {@code ip}; {@code length} is the upper layer's. */
    public static long pseudoHeader6(MemorySegment memory, long ip, int protocol, int length) {
        return add(protocol + (long) length, memory, ip + 8, 32);
    }

    /** The sum folded to 16 bits, not complemented: what a partial checksum field holds. */
    public static int fold(long sum) {
        sum = (sum >>> 32) + (sum & 0xFFFF_FFFFL);
        while (sum >>> 16 != 0) sum = (sum >>> 16) + (sum & 0xFFFF);
        return (int) sum;
    }

    /** The checksum field's value: the folded sum's complement. */
    public static int finish(long sum) {
        return ~fold(sum) & 0xFFFF;
    }
}
