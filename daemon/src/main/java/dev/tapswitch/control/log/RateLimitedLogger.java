package dev.tapswitch.control.log;

import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/**
 * A logger for lines that frames, or links in other namespaces, can cause. It logs at most {@link #BURST} lines at once and then one per second. The next
 * line contains the number of omitted lines. Thread-safe.
 */
public final class RateLimitedLogger {
    static final int BURST = 20;
    static final int BURST_OF_ONE = 5;
    private static final long NANOS_PER_LINE = 1_000_000_000L;
    private static final long NANOS_PER_LINE_OF_ONE = 10_000_000_000L;

    private final Consumer<String> info;
    private final Consumer<String> warn;
    private final int burst;
    private final long nanosPerLine;
    private final LongSupplier nanoClock;
    /** The time at which as many lines as were logged will be allowed again, all at the rate of one per {@link #nanosPerLine}. */
    private long paidUntilNanos;

    private long omitted;

    public RateLimitedLogger(Logger log) {
        this(log, System::nanoTime);
    }

    RateLimitedLogger(Logger log, LongSupplier nanoClock) {
        this(log::info, log::warn, BURST, NANOS_PER_LINE, nanoClock);
    }

    private RateLimitedLogger(
            Consumer<String> info, Consumer<String> warn, int burst, long nanosPerLine, LongSupplier nanoClock) {
        this.info = info;
        this.warn = warn;
        this.burst = burst;
        this.nanosPerLine = nanosPerLine;
        this.nanoClock = nanoClock;
        this.paidUntilNanos = nanoClock.getAsLong();
    }

    /** A logger for lines about one of many, such as one port. It logs {@link #BURST_OF_ONE} lines at once and then one per ten seconds, so that it does not use up the common limit. */
    public RateLimitedLogger ofOne() {
        return new RateLimitedLogger(this::info, this::warn, BURST_OF_ONE, NANOS_PER_LINE_OF_ONE, nanoClock);
    }

    public void info(String line) {
        String allowed = admit(line);
        if (allowed != null) info.accept(allowed);
    }

    public void warn(String line) {
        String allowed = admit(line);
        if (allowed != null) warn.accept(allowed);
    }

    /** The line with the number of omitted lines before it; null if the line is omitted. */
    private synchronized String admit(String line) {
        long now = nanoClock.getAsLong();
        long earliest = Math.max(paidUntilNanos - now, 0);
        if (earliest + nanosPerLine > burst * nanosPerLine) {
            omitted++;
            return null;
        }
        paidUntilNanos = now + earliest + nanosPerLine;
        String text = omitted == 0 ? line : line + " (" + omitted + " similar lines omitted)";
        omitted = 0;
        return text;
    }
}
