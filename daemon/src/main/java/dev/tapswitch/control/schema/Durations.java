package dev.tapswitch.control.schema;

import java.util.regex.Pattern;

/** Times as users write them: {@code 300}, {@code 300s}, {@code 5m}, {@code 1h}, {@code 1500ms}, {@code 50us}. A plain number is seconds. */
public final class Durations {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,9})\\s*(us|ms|s|m|h|d)?");

    private Durations() {}

    /**
     * Parses a time into milliseconds, rounded down.
     *
     * @throws IllegalArgumentException with what was expected
     */
    public static long parseMs(String text) {
        return parseMicros(text) / 1_000;
    }

    /**
     * Parses a time into microseconds.
     *
     * @throws IllegalArgumentException with what was expected
     */
    public static long parseMicros(String text) {
        var matcher = FORM.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not a time; expected e.g. 300s, 5m or 1h, a plain number being seconds");
        }
        long count = Long.parseLong(matcher.group(1));
        long unit = unitMicros(matcher.group(2));
        // A time that does not fit into a long is as good as the longest that does.
        return count > Long.MAX_VALUE / unit ? Long.MAX_VALUE : count * unit;
    }

    /** {@code 300s} for whole seconds, otherwise {@code 1500ms}. */
    public static String format(long ms) {
        return ms % 1_000 == 0 ? ms / 1_000 + "s" : ms + "ms";
    }

    private static long unitMicros(String unit) {
        return switch (unit == null ? "s" : unit) {
            case "us" -> 1;
            case "ms" -> 1_000;
            case "m" -> 60_000_000;
            case "h" -> 3_600_000_000L;
            case "d" -> 86_400_000_000L;
            default -> 1_000_000;
        };
    }
}
