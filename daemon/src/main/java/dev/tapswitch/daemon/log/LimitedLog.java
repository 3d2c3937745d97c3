package dev.tapswitch.daemon.log;

import java.util.function.LongSupplier;
import org.slf4j.Logger;

/**
 * A log for lines that frames, or links in other namespaces, can cause: at most {@link #BURST} at once and then one a second; what is left
 * out is counted and said with the next line. Any thread.
 */
public final class LimitedLog {
    static final int BURST = 20;
    private static final long NANOS_A_LINE = 1_000_000_000L;

    private final Logger log;
    private final LongSupplier nanoClock;
    private long paidUntilNanos;
    private long leftOut;

    public LimitedLog(Logger log) {
        this(log, System::nanoTime);
    }

    LimitedLog(Logger log, LongSupplier nanoClock) {
        this.log = log;
        this.nanoClock = nanoClock;
        this.paidUntilNanos = nanoClock.getAsLong();
    }

    public void info(String line) {
        String allowed = admit(line);
        if (allowed != null) log.info(allowed);
    }

    public void warn(String line) {
        String allowed = admit(line);
        if (allowed != null) log.warn(allowed);
    }

    /** The line with what is to be said of those before it; null when it is one too many. */
    private synchronized String admit(String line) {
        long now = nanoClock.getAsLong();
        long earliest = Math.max(paidUntilNanos - now, 0);
        if (earliest + NANOS_A_LINE > BURST * NANOS_A_LINE) {
            leftOut++;
            return null;
        }
        paidUntilNanos = now + earliest + NANOS_A_LINE;
        String text = leftOut == 0 ? line : line + " (" + leftOut + " lines like it left out)";
        leftOut = 0;
        return text;
    }
}
