package dev.tapswitch.control;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of an error that nobody caught. After an error of the JVM itself, e.g. a StackOverflowError, a thread has ended that others rely on, or
 * has left its work half done: the process ends at once with one line, for systemd to start it again on the queues that it keeps. A shortage of
 * heap does not come here: {@code -XX:+ExitOnOutOfMemoryError} ends the JVM before.
 */
final class LastResort implements Thread.UncaughtExceptionHandler {
    /** EX_SOFTWARE of sysexits.h; systemd's Restart=on-failure takes any but 0. */
    static final int EXIT_CODE = 70;

    private static final Logger LOG = LoggerFactory.getLogger(LastResort.class);

    /** For all threads from now on. */
    static void take() {
        Thread.setDefaultUncaughtExceptionHandler(new LastResort());
    }

    @Override
    public void uncaughtException(Thread thread, Throwable thrown) {
        if (!(thrown instanceof VirtualMachineError)) {
            LOG.error("thread {} ended: this is a bug, please report it", thread.getName(), thrown);
            return;
        }
        // Not by the logger, which may need what there is no more of. Not by exit, whose hooks may wait for this
        // thread.
        System.err.println(
                "tapswitch: thread " + thread.getName() + " failed: " + thrown + ": ending, to be started again");
        Runtime.getRuntime().halt(EXIT_CODE);
    }
}
