package dev.tapswitch.core.net;

/** IP addresses as text: from two big-endian halves, IPv4 as the IPv4-mapped ::ffff:a.b.c.d. */
public final class IpText {
    private static final int GROUPS = 8;

    private IpText() {}

    /** Dotted for an IPv4-mapped address, as RFC 5952 writes it for the others. */
    public static String format(long hi, long lo) {
        if (hi == 0 && lo >>> 32 == 0xFFFF) return formatV4(lo);
        int start = longestZeros(hi, lo);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < GROUPS; i++) {
            if (i == start) {
                text.append("::");
                i += zerosFrom(start, hi, lo) - 1;
                continue;
            }
            if (i > 0 && text.charAt(text.length() - 1) != ':') text.append(':');
            text.append(Integer.toHexString(group(i, hi, lo)));
        }
        return text.toString();
    }

    /** The low 32 bits, dotted. */
    public static String formatV4(long address) {
        return (address >>> 24 & 0xFF) + "." + (address >>> 16 & 0xFF) + "." + (address >>> 8 & 0xFF) + "."
                + (address & 0xFF);
    }

    private static int group(int i, long hi, long lo) {
        return (int) ((i < GROUPS / 2 ? hi : lo) >>> (48 - 16 * (i % 4))) & 0xFFFF;
    }

    /** Where the longest run of two or more zero groups begins; -1 where there is none. */
    private static int longestZeros(long hi, long lo) {
        int best = -1;
        for (int i = 0; i < GROUPS; i++) {
            int zeros = zerosFrom(i, hi, lo);
            if (zeros >= 2 && (best < 0 || zeros > zerosFrom(best, hi, lo))) best = i;
        }
        return best;
    }

    private static int zerosFrom(int start, long hi, long lo) {
        int i = start;
        while (i < GROUPS && group(i, hi, lo) == 0) i++;
        return i - start;
    }
}
