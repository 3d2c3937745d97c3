package dev.tapswitch.cli;

import java.util.Locale;

/** Formats numbers with units. */
final class Quantity {
    private static final String[] PREFIXES = {"", "k", "M", "G", "T", "P", "E"};

    private Quantity() {}

    /** With thousands separators: 1,234,567. */
    static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** For example {@code 1 port} and {@code 2 ports}. */
    static String count(long number, String singular, String plural) {
        return count(number) + " " + (number == 1 ? singular : plural);
    }

    /** Three digits with a decimal unit: 1.23 MB. */
    static String bytes(long bytes) {
        return scaled((double) bytes, "B");
    }

    /** For example 12.3 Gbit/s. */
    static String bitRate(double bitsPerSecond) {
        return scaled(bitsPerSecond, "bit/s");
    }

    /** Frames per second, without a unit: 657 k. */
    static String rate(double perSecond) {
        return scaled(perSecond, "").stripTrailing();
    }

    /** The two largest units: 2 d 3 h, 4 min 5 s, 12 s. */
    static String duration(long seconds) {
        if (seconds < 60) return seconds + " s";
        if (seconds < 3_600) return pair(seconds / 60, "min", seconds % 60, "s");
        if (seconds < 86_400) return pair(seconds / 3_600, "h", seconds % 3_600 / 60, "min");
        return pair(seconds / 86_400, "d", seconds % 86_400 / 3_600, "h");
    }

    private static String pair(long large, String largeUnit, long small, String smallUnit) {
        return large + " " + largeUnit + (small == 0 ? "" : " " + small + " " + smallUnit);
    }

    private static String scaled(double number, String unit) {
        int power = 0;
        double rest = number;
        while (Math.abs(rest) >= 999.5 && power < PREFIXES.length - 1) {
            rest /= 1_000;
            power++;
        }
        int decimals = power == 0 || rest >= 99.95 ? 0 : rest >= 9.995 ? 1 : 2;
        return String.format(Locale.ROOT, "%." + decimals + "f %s%s", rest, PREFIXES[power], unit);
    }
}
