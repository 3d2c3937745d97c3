package dev.tapswitch.control.switches;

import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Detects stuck control threads, on a dedicated thread: logs them, and refuses requests that have waited too long. It never ends the daemon, because
 * frames are still forwarded; systemd's watchdog watches the workers.
 */
public final class ControlWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlWatch.class);
    private static final long PERIOD_NANOS = 500_000_000;
    /** A thread that is busy for longer is reported in the log and in {@code tapswitch status}. */
    public static final long NOTABLE_MS = 3_000;

    private static final long MAX_WAIT_MS = 10_000;

    private final ControlThread control;
    private final ControlThread commands;
    private boolean isControlStuck;
    private boolean isCommandStuck;
    private volatile boolean isClosed;

    private ControlWatch(ControlThread control, ControlThread commands) {
        this.control = control;
        this.commands = commands;
    }

    /** Starts watching. {@code commands}: the thread of {@link ControlThread#forCommands}. */
    public static ControlWatch start(ControlThread control, ControlThread commands) {
        ControlWatch watch = new ControlWatch(control, commands);
        Thread.ofPlatform().name("control-watch").daemon().start(watch::run);
        return watch;
    }

    private void run() {
        while (!isClosed) {
            check();
            LockSupport.parkNanos(PERIOD_NANOS);
        }
    }

    private void check() {
        control.refuseWaiting(MAX_WAIT_MS);
        isControlStuck = report(
                control.busyWith(NOTABLE_MS),
                isControlStuck,
                "control is busy ({}): requests wait, frames are forwarded",
                "control continues");
        isCommandStuck = report(
                commands.busyWith(NOTABLE_MS),
                isCommandStuck,
                "a host command does not end ({}): changes of container networks and published ports wait",
                "changes of container networks and published ports continue");
    }

    /** Logs the start and the end of each incident once. */
    private static boolean report(Optional<String> busyWith, boolean isReported, String stuck, String end) {
        if (busyWith.isPresent() && !isReported) LOG.warn(stuck, busyWith.get());
        if (busyWith.isEmpty() && isReported) LOG.info(end);
        return busyWith.isPresent();
    }

    @Override
    public void close() {
        isClosed = true;
    }
}
