package dev.tapswitch.core.net;

/**
 * An IPv4 or IPv6 address, held as two longs: the upper and the lower half of 16 bytes in network order. An IPv4 address is held as the IPv4-mapped
 * IPv6 address ::ffff:a.b.c.d (RFC 4291 2.5.5.2), which is also its form in the neighbour table. The data path passes the two halves as longs and
 * calls the static methods; all other code uses the record.
 *
 * @param hi the upper 64 bits
 * @param lo the lower 64 bits
 */
public record IpAddress(long hi, long lo) {
    private static final long V4_MAPPED = 0xFFFF_0000_0000L;

    /** An IPv4 address from its low 32 bits. */
    public static IpAddress ofV4(long bits) {
        return new IpAddress(0, V4_MAPPED | bits & 0xFFFF_FFFFL);
    }

    /** An address from 4 or 16 bytes in network order; IllegalArgumentException for any other number of bytes. */
    public static IpAddress of(byte[] bytes) {
        if (bytes.length == 4) return ofV4(number(bytes, 0, 4));
        if (bytes.length == 16) return new IpAddress(number(bytes, 0, 8), number(bytes, 8, 8));
        throw new IllegalArgumentException("an IP address has 4 or 16 bytes, not " + bytes.length);
    }

    /**
     * Parses an IPv4 address of four decimal numbers without leading zeros (RFC 6943 3.1.1), or an IPv6 address in the text form of RFC 4291 2.2.
     * Rejects zones, and IPv4-mapped addresses, because no interface can have one.
     *
     * @throws IllegalArgumentException if the text is not such an address; the message says what was expected
     */
    public static IpAddress parse(String text) {
        return IpParser.parse(text);
    }

    public boolean isV4() {
        return isV4(hi, lo);
    }

    private static boolean isV4(long hi, long lo) {
        return hi == 0 && lo >>> 32 == 0xFFFF;
    }

    /** The number of bits in addresses of its family: 32 or 128. */
    public int bits() {
        return isV4() ? 32 : 128;
    }

    /** Whether it is 0.0.0.0 or ::, which stand for any address. */
    public boolean isAny() {
        return hi == 0 && (lo == 0 || lo == V4_MAPPED);
    }

    /** The address that follows. After the last IPv4 address it is not an IPv4 address; after the last IPv6 address it is ::. */
    public IpAddress next() {
        return new IpAddress(lo == -1 ? hi + 1 : hi, lo + 1);
    }

    /** The address in network order: 4 bytes for IPv4, 16 for IPv6. */
    public byte[] bytes() {
        byte[] bytes = new byte[bits() / Byte.SIZE];
        for (int i = 0; i < bytes.length; i++) {
            int fromEnd = bytes.length - 1 - i;
            bytes[i] = (byte) ((fromEnd < 8 ? lo : hi) >>> (8 * (fromEnd % 8)));
        }
        return bytes;
    }

    private static long number(byte[] bytes, int start, int length) {
        long number = 0;
        for (int i = start; i < start + length; i++) number = number << 8 | Byte.toUnsignedInt(bytes[i]);
        return number;
    }

    /** The address as text: {@code 198.18.0.1}, or {@code fd00::1} as RFC 5952 recommends. */
    @Override
    public String toString() {
        return format(hi, lo);
    }

    /** As {@link #toString}, from the two halves. */
    public static String format(long hi, long lo) {
        return isV4(hi, lo) ? formatV4(lo) : IpFormatter.formatV6(hi, lo);
    }

    /** The low 32 bits as an IPv4 address. */
    public static String formatV4(long bits) {
        return (bits >>> 24 & 0xFF) + "." + (bits >>> 16 & 0xFF) + "." + (bits >>> 8 & 0xFF) + "." + (bits & 0xFF);
    }
}
