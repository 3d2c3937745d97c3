package dev.tapswitch.core.frame;

import java.lang.foreign.MemorySegment;

/**
 * The Internet checksum (RFC 1071). Pure functions. An intermediate sum is a long that is not folded to 16 bits yet, so that the sums of several
 * parts can be added.
 */
public final class Checksum {
    private Checksum() {}

    /** Adds {@code length} bytes to a sum. An odd last byte counts as the high half of a word, so only the last part may have an odd length. */
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

    /**
     * The sum of the pseudo-header of TCP or UDP over IPv4 (RFC 9293 3.1). The IPv4 header is at {@code ip}; {@code length} is that of the transport
     * header and its payload, bytes.
     */
    public static long pseudoHeader4(MemorySegment memory, long ip, int protocol, int length) {
        return add(protocol + (long) length, memory, ip + 12, 8);
    }

    /**
     * The sum of the pseudo-header over IPv6 (RFC 8200 8.1). The IPv6 header is at {@code ip}; {@code length} is that of the upper-layer header and
     * its payload, bytes.
     */
    public static long pseudoHeader6(MemorySegment memory, long ip, int protocol, int length) {
        return add(protocol + (long) length, memory, ip + 8, 32);
    }

    /** The sum folded to 16 bits, not complemented, as in a partial checksum field. */
    public static int fold(long sum) {
        sum = (sum >>> 32) + (sum & 0xFFFF_FFFFL);
        while (sum >>> 16 != 0) sum = (sum >>> 16) + (sum & 0xFFFF);
        return (int) sum;
    }

    /** The value of the checksum field: the complement of the folded sum. */
    public static int finish(long sum) {
        return ~fold(sum) & 0xFFFF;
    }
}
