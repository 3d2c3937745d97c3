package dev.tapswitch.control;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles uncaught errors. After an error of the JVM itself, such as a StackOverflowError, a thread that others rely on has ended or left its work
 * incomplete: the process ends immediately with one line, and systemd restarts it on the queues that it holds. A shortage of heap does not arrive
 * here, because {@code -XX:+ExitOnOutOfMemoryError} ends the JVM first.
 */
final class LastResort implements Thread.UncaughtExceptionHandler {
    /** EX_SOFTWARE of sysexits.h; systemd's Restart=on-failure restarts after any code but 0. */
    static final int EXIT_CODE = 70;

    private static final Logger LOG = LoggerFactory.getLogger(LastResort.class);

    /** Installs the handler for all threads. */
    static void install() {
        Thread.setDefaultUncaughtExceptionHandler(new LastResort());
    }

    @Override
    public void uncaughtException(Thread thread, Throwable thrown) {
        if (!(thrown instanceof VirtualMachineError)) {
            LOG.error("thread {} ended: this is a bug, please report it", thread.getName(), thrown);
            return;
        }
        // The logger may need the missing resource, and the hooks of exit() may wait for this thread.
        System.err.println(
                "tapswitch: thread " + thread.getName() + " failed: " + thrown + ": the process ends, to be restarted");
        Runtime.getRuntime().halt(EXIT_CODE);
    }
}
