package dev.tapswitch.control.switches;

import java.util.function.LongSupplier;

/**
 * Retries ports whose interface name is taken, at short intervals: after a daemon was killed, the kernel removes its interfaces one by one while the
 * next daemon starts. Must be called on the control thread.
 */
final class NameRetry {
    private static final long MIN_PAUSE_MS = 50;
    /** Failed attempts take at most a fifth of the control thread's time, however many ports wait. */
    private static final long PAUSES_PER_ATTEMPT = 4;

    private final ControlThread control;
    private final LongSupplier attempt;

    private long pauseMs = MIN_PAUSE_MS;
    private boolean isScheduled;

    /** {@code attempt}: retries all ports that wait for their names, and returns the nanoseconds spent on those that still wait. */
    NameRetry(ControlThread control, LongSupplier attempt) {
        this.control = control;
        this.attempt = attempt;
    }

    /** Schedules an attempt, because a port waits for its name. */
    void schedule() {
        if (isScheduled) return;
        isScheduled = true;
        control.after(pauseMs, this::run);
    }

    private void run() {
        long wastedNanos = attempt.getAsLong();
        pauseMs = Math.max(MIN_PAUSE_MS, PAUSES_PER_ATTEMPT * wastedNanos / 1_000_000);
        isScheduled = false;
        if (wastedNanos > 0) schedule();
    }
}
