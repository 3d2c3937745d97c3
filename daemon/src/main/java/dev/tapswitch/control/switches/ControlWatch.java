package dev.tapswitch.control.switches;

import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices control threads that are stuck, on a dedicated thread: says so in the log, and refuses requests that would wait for too long. It never
 * ends the daemon, for frames are forwarded all the same; systemd's watchdog watches the workers.
 */
public final class ControlWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlWatch.class);
    private static final long PERIOD_NANOS = 500_000_000;
    /** From here on it is worth a line in the log and in {@code tapswitch status}. */
    public static final long NOTABLE_MS = 3_000;

    private static final long LONGEST_WAIT_MS = 10_000;

    private final ControlThread control;
    private final ControlThread commands;
    private boolean isControlStuck;
    private boolean isCommandStuck;
    private volatile boolean isClosed;

    private ControlWatch(ControlThread control, ControlThread commands) {
        this.control = control;
        this.commands = commands;
    }

    /** Begins to watch; {@code commands}: of {@link ControlThread#forCommands}. */
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
        control.refuseWaiting(LONGEST_WAIT_MS);
        isControlStuck = tell(
                control.busyWith(NOTABLE_MS),
                isControlStuck,
                "control is busy ({}): requests wait, frames are forwarded",
                "control goes on");
        isCommandStuck = tell(
                commands.busyWith(NOTABLE_MS),
                isCommandStuck,
                "a command of the host does not end ({}): changes of container networks and published ports wait",
                "changes of container networks and published ports go on");
    }

    /** Two lines for each time, however long it takes. */
    private static boolean tell(Optional<String> busyWith, boolean isTold, String stuck, String over) {
        if (busyWith.isPresent() && !isTold) LOG.warn(stuck, busyWith.get());
        if (busyWith.isEmpty() && isTold) LOG.info(over);
        return busyWith.isPresent();
    }

    @Override
    public void close() {
        isClosed = true;
    }
}
