package dev.tapswitch.control.switches;

import java.util.function.LongSupplier;

/**
 * Retries ports whose interface's name is taken, in short steps: when a daemon was killed the kernel removes its interfaces one after the
 * other, and the next daemon starts meanwhile. Control thread only.
 */
final class NameRetry {
    private static final long LEAST_PAUSE_MS = 50;
    /** Attempts in vain take a fifth of the control thread's time at most, however many ports wait. */
    private static final long PAUSES_AN_ATTEMPT = 4;

    private final ControlThread control;
    private final LongSupplier attempt;

    private long pauseMs = LEAST_PAUSE_MS;
    private boolean isScheduled;

    /** {@code attempt}: tries all ports that wait for their names, and answers how many nanoseconds it took with those that go on waiting. */
    NameRetry(ControlThread control, LongSupplier attempt) {
        this.control = control;
        this.attempt = attempt;
    }

    /** A port waits for its name. */
    void schedule() {
        if (isScheduled) return;
        isScheduled = true;
        control.after(pauseMs, this::run);
    }

    private void run() {
        long nanosInVain = attempt.getAsLong();
        pauseMs = Math.max(LEAST_PAUSE_MS, PAUSES_AN_ATTEMPT * nanosInVain / 1_000_000);
        isScheduled = false;
        if (nanosInVain > 0) schedule();
    }
}
