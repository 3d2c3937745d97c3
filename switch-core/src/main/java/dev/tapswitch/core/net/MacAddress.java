package dev.tapswitch.core.net;

/** MAC addresses (IEEE 802 8.2) as longs: an address is held in the low 48 bits, its first byte on the wire being the most significant. */
public final class MacAddress {
    /** ff:ff:ff:ff:ff:ff. */
    public static final long BROADCAST = 0xFFFF_FFFF_FFFFL;

    private static final long GROUP_BIT = 1L << 40;
    private static final long RESERVED_PREFIX = 0x0180_C200_0000L;

    private MacAddress() {}

    /** Whether the address names a group of stations; broadcast does. */
    public static boolean isMulticast(long mac) {
        return (mac & GROUP_BIT) != 0;
    }

    /** Whether the address is 01:80:C2:00:00:00 to -0F, which a bridge never forwards (IEEE 802.1Q table 8-1). */
    public static boolean isReserved(long mac) {
        return (mac & ~0xFL) == RESERVED_PREFIX;
    }

    /**
     * Parses {@code 02:00:00:00:00:01}, with colons or dashes, in upper or lower case.
     *
     * @throws IllegalArgumentException if the text is not such an address; the message says what was expected
     */
    public static long parse(String text) {
        if (!text.matches("[0-9a-fA-F]{2}([:-][0-9a-fA-F]{2}){5}")) {
            throw new IllegalArgumentException("\"" + text
                    + "\" is not a MAC address; expected six pairs of hex digits such as 02:00:00:00:00:01");
        }
        return Long.parseLong(text.replaceAll("[:-]", ""), 16);
    }

    /** The address as text: {@code 02:00:00:00:00:01}. */
    public static String format(long mac) {
        StringBuilder text = new StringBuilder(17);
        for (int shift = 40; shift >= 0; shift -= 8) {
            int octet = (int) (mac >>> shift) & 0xFF;
            text.append(Character.forDigit(octet >> 4, 16)).append(Character.forDigit(octet & 0xF, 16));
            if (shift > 0) text.append(':');
        }
        return text.toString();
    }
}
