package dev.tapswitch.core.net;

/** Prints IPv6 addresses as RFC 5952 section 4 recommends. */
final class IpFormatter {
    private static final int GROUPS = 8;

    private IpFormatter() {}

    static String formatV6(long hi, long lo) {
        int start = longestZeros(hi, lo);
        StringBuilder text = new StringBuilder(39);
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

    private static int group(int i, long hi, long lo) {
        return (int) ((i < GROUPS / 2 ? hi : lo) >>> (48 - 16 * (i % 4))) & 0xFFFF;
    }

    /**
     * The index of the group where the longest run of two or more zero groups begins; the first such run if several are equally long (RFC 5952
     * 4.2.3), -1 if there is none.
     */
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
