package dev.tapswitch.core.net;

/** Parses IP address literals. A decimal number with leading zeros is rejected, because some programs read it as octal (RFC 6943 3.1.1). */
final class IpParser {
    private static final int GROUPS = 8;
    private static final int MAX_GROUP_DIGITS = 4;
    private static final int ERROR = -1;

    private final String text;

    private IpParser(String text) {
        this.text = text;
    }

    static IpAddress parse(String text) {
        IpParser parser = new IpParser(text);
        if (text.indexOf(':') >= 0) return parser.v6();
        long bits = v4(text);
        if (bits == ERROR) throw parser.wrong("");
        return IpAddress.ofV4(bits);
    }

    /** The 32 bits of four decimal numbers, or ERROR. */
    private static long v4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) return ERROR;
        long bits = 0;
        for (String part : parts) {
            boolean good = part.length() <= 3 && isDigits(part, 10) && (part.length() == 1 || part.charAt(0) != '0');
            int number = good ? Integer.parseInt(part) : 256;
            if (number > 255) return ERROR;
            bits = bits << 8 | number;
        }
        return bits;
    }

    private IpAddress v6() {
        int gap = text.indexOf("::");
        if (gap >= 0 && text.indexOf("::", gap + 1) >= 0) throw wrong("");
        int[] before = groups(gap < 0 ? text : text.substring(0, gap), gap < 0);
        int[] after = gap < 0 ? new int[0] : groups(text.substring(gap + 2), true);
        int written = before.length + after.length;
        // RFC 4291 2.2: "::" stands for one group of zeros or more.
        if (gap < 0 ? written != GROUPS : written >= GROUPS) throw wrong("");
        int[] all = new int[GROUPS];
        System.arraycopy(before, 0, all, 0, before.length);
        System.arraycopy(after, 0, all, GROUPS - after.length, after.length);
        IpAddress address = new IpAddress(half(all, 0), half(all, GROUPS / 2));
        if (address.isV4()) throw wrong(", it is an IPv4-mapped one; write " + address);
        return address;
    }

    private static long half(int[] groups, int start) {
        long half = 0;
        for (int i = start; i < start + GROUPS / 2; i++) half = half << 16 | groups[i];
        return half;
    }

    /** The groups between colons. With {@code mayEndInV4}, the last two may be written as an IPv4 address. */
    private int[] groups(String part, boolean mayEndInV4) {
        if (part.isEmpty()) return new int[0];
        String[] words = part.split(":", -1);
        long v4 = mayEndInV4 ? v4(words[words.length - 1]) : ERROR;
        int[] groups = new int[words.length + (v4 == ERROR ? 0 : 1)];
        int hexadecimal = v4 == ERROR ? words.length : words.length - 1;
        for (int i = 0; i < hexadecimal; i++) {
            if (words[i].length() > MAX_GROUP_DIGITS || !isDigits(words[i], 16)) throw wrong("");
            groups[i] = Integer.parseInt(words[i], 16);
        }
        if (v4 != ERROR) {
            groups[hexadecimal] = (int) (v4 >>> 16);
            groups[hexadecimal + 1] = (int) v4 & 0xFFFF;
        }
        return groups;
    }

    /** Whether the text consists of one or more ASCII digits. Integer.parseInt would also accept signs and the digits of other scripts. */
    private static boolean isDigits(String text, int radix) {
        return !text.isEmpty() && text.chars().allMatch(c -> c < 128 && Character.digit(c, radix) >= 0);
    }

    private IllegalArgumentException wrong(String why) {
        return new IllegalArgumentException("\"" + text + "\" is not an IP address"
                + (why.isEmpty() ? "; expected one such as 198.18.0.1 or fd00::1" : why));
    }
}
