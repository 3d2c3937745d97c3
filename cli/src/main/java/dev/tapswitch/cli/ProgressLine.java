package dev.tapswitch.cli;

import dev.tapswitch.cli.lab.Progress;
import java.io.PrintWriter;

/**
 * The progress of a long operation on one line of the terminal. Each report replaces the line, and {@link #close} erases it. Prints nothing if
 * stdout is not a terminal.
 */
final class ProgressLine implements Progress, AutoCloseable {
    private static final String ERASE_LINE = "\r\u001b[K";
    private static final long TICK_MS = 1_000;

    private final PrintWriter out;
    private final boolean isShown;
    private final Thread ticker;
    private boolean isPrinted;

    private ProgressLine(PrintWriter out, boolean isShown, String step) {
        this.out = out;
        this.isShown = isShown;
        this.ticker = Thread.ofVirtual().unstarted(() -> tick(step));
    }

    /** A line with the steps that are reported. */
    static ProgressLine counting(PrintWriter out, boolean isShown) {
        return new ProgressLine(out, isShown, "");
    }

    /** A line that counts the seconds of one step, for an operation that reports nothing. */
    static ProgressLine elapsed(PrintWriter out, boolean isShown, String step) {
        var line = new ProgressLine(out, isShown, step);
        if (isShown) line.ticker.start();
        return line;
    }

    @Override
    public void report(String step, int done, int total) {
        print(total == 0 ? step : step + " " + done + "/" + total);
    }

    private void tick(String step) {
        try {
            for (int seconds = 1; ; seconds++) {
                Thread.sleep(TICK_MS);
                print(step + ": " + seconds + " s");
            }
        } catch (InterruptedException e) {
            // Closed.
        }
    }

    private synchronized void print(String text) {
        if (!isShown) return;
        out.print(ERASE_LINE + text);
        out.flush();
        isPrinted = true;
    }

    /** Erases the line. May be called twice. */
    @Override
    public void close() {
        ticker.interrupt();
        joinTicker();
        if (isPrinted) out.print(ERASE_LINE);
        out.flush();
        isPrinted = false;
    }

    private void joinTicker() {
        if (ticker.getState() == Thread.State.NEW) return;
        try {
            ticker.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
