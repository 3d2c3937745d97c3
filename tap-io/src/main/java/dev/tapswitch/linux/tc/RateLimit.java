package dev.tapswitch.linux.tc;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A limit of traffic in one direction: the parameters of a token bucket.
 *
 * @param bitsPerSecond the average rate; 0 for no limit
 * @param burstBits how much may pass at once after a pause
 */
public record RateLimit(long bitsPerSecond, long burstBits) {
    public static final RateLimit NONE = new RateLimit(0, 0);

    /** The unknown limit of an existing interface; not equal to any limit that can be configured. */
    public static final RateLimit UNKNOWN = new RateLimit(0, 1);

    private static final long MIN_RATE = 1_000;
    private static final long MAX_RATE = 1_000_000_000_000L;
    /** A burst lasts 25 ms, the latency of CNI's bandwidth plugin. */
    private static final long BURSTS_PER_SECOND = 40;

    /** Bits: 16 kB, so that a slow link accepts ten frames in a row. */
    private static final long MIN_BURST = 128_000;

    private static final Pattern TEXT = Pattern.compile("(\\d{1,12})([kMG]?)(?: burst (\\d{1,12})([kMG]?))?");

    public RateLimit {
        boolean isRate = bitsPerSecond >= MIN_RATE && bitsPerSecond <= MAX_RATE && burstBits > 0;
        if (!isRate && bitsPerSecond != 0) {
            throw new IllegalArgumentException("a rate of " + bitsPerSecond + " with a burst of " + burstBits
                    + " is not possible; expected 1k to 1000G bits per second and a burst above 0");
        }
    }

    /** A limit with the default burst for its rate; 0 for no limit. */
    public static RateLimit of(long bitsPerSecond) {
        if (bitsPerSecond == 0) return NONE;
        return new RateLimit(bitsPerSecond, Math.max(MIN_BURST, bitsPerSecond / BURSTS_PER_SECOND));
    }

    /**
     * Parses "20M", "20M burst 1M", or "0" for no limit: bits per second and bits, with decimal multipliers k, M and G.
     *
     * @throws IllegalArgumentException if the text is not a rate or out of range; the message says what was expected
     */
    public static RateLimit parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "\"" + text
                            + "\" is not a rate; expected bits per second such as 20M, 1G or \"20M burst 1M\", or 0 for no limit");
        }
        long rate = bits(matcher.group(1), matcher.group(2));
        return rate == 0 || matcher.group(3) == null
                ? of(rate)
                : new RateLimit(rate, bits(matcher.group(3), matcher.group(4)));
    }

    private static long bits(String number, String unit) {
        long factor = switch (unit) {
            case "k" -> 1_000L;
            case "M" -> 1_000_000L;
            case "G" -> 1_000_000_000L;
            default -> 1L;
        };
        long count = Long.parseLong(number);
        return count > MAX_RATE / factor ? MAX_RATE + 1 : count * factor;
    }

    /** Whether traffic is limited. */
    public boolean isSet() {
        return bitsPerSecond > 0;
    }

    long bytesPerSecond() {
        return bitsPerSecond / Byte.SIZE;
    }

    /** The form that {@link #parse} reads. */
    @Override
    public String toString() {
        String rate = text(bitsPerSecond);
        return equals(of(bitsPerSecond)) ? rate : rate + " burst " + text(burstBits);
    }

    private static String text(long bits) {
        String[] units = {"", "k", "M", "G"};
        int unit = 0;
        long number = bits;
        while (number > 0 && number % 1_000 == 0 && unit < units.length - 1) {
            number /= 1_000;
            unit++;
        }
        return String.format(Locale.ROOT, "%d%s", number, units[unit]);
    }
}
