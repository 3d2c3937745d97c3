package dev.tapswitch.control.log;

import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;

/**
 * A logger for lines that frames, or links in other namespaces, can cause: at most {@link #BURST} at once and then one per second. The number of omitted
 * lines is added to the next line. Thread-safe.
 */
public final class RateLimitedLogger {
    static final int BURST = 20;
    static final int BURST_OF_ONE = 5;
    private static final long NANOS_A_LINE = 1_000_000_000L;
    private static final long NANOS_A_LINE_OF_ONE = 10_000_000_000L;

    private final Consumer<String> info;
    private final Consumer<String> warn;
    private final int burst;
    private final long nanosALine;
    private final LongSupplier nanoClock;
    private long paidUntilNanos;
    private long leftOut;

    public RateLimitedLogger(Logger log) {
        this(log, System::nanoTime);
    }

    RateLimitedLogger(Logger log, LongSupplier nanoClock) {
        this(log::info, log::warn, BURST, NANOS_A_LINE, nanoClock);
    }

    private RateLimitedLogger(
            Consumer<String> info, Consumer<String> warn, int burst, long nanosALine, LongSupplier nanoClock) {
        this.info = info;
        this.warn = warn;
        this.burst = burst;
        this.nanosALine = nanosALine;
        this.nanoClock = nanoClock;
        this.paidUntilNanos = nanoClock.getAsLong();
    }

    /** A logger for lines about one of many, such as a port: {@link #BURST_OF_ONE} at once and then one per ten seconds, so that it does not use up the common limit. */
    public RateLimitedLogger ofOne() {
        return new RateLimitedLogger(this::info, this::warn, BURST_OF_ONE, NANOS_A_LINE_OF_ONE, nanoClock);
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
        if (earliest + nanosALine > burst * nanosALine) {
            leftOut++;
            return null;
        }
        paidUntilNanos = now + earliest + nanosALine;
        String text = leftOut == 0 ? line : line + " (" + leftOut + " similar lines omitted)";
        leftOut = 0;
        return text;
    }
}
