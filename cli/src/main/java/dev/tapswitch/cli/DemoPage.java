package dev.tapswitch.cli;

import java.io.PrintWriter;
import java.util.Locale;

/** The output of the demo: numbered sections, commands and their output. Uses colours on a terminal only. */
final class DemoPage {
    private static final String BOLD = "1";
    private static final String GREEN = "32";
    private static final String YELLOW = "33";
    private static final String FAINT = "2";

    private final PrintWriter out;
    private final long startNanos = System.nanoTime();
    private int section;

    DemoPage(PrintWriter out) {
        this.out = out;
    }

    void title(String text) {
        line(styled(BOLD, text));
    }

    /** Starts a section: prints its number, its title and the time since the start. */
    void section(String text) {
        section++;
        line("");
        line(styled(BOLD, section + ". " + text) + "  " + styled(FAINT, elapsed()));
    }

    /** Prints a command as a user would type it. */
    void command(String text) {
        line(styled(GREEN, "   $ " + text));
    }

    /** Prints the output of a command, indented. */
    void output(String text) {
        text.stripTrailing().lines().forEach(each -> line(("     " + each).stripTrailing()));
    }

    /** Prints an explanation. */
    void note(String text) {
        line("   " + text);
    }

    /** Prints what is missing and what to do. */
    void hint(String text) {
        line("   " + styled(YELLOW, text));
    }

    void line(String text) {
        out.println(text);
        out.flush();
    }

    String elapsed() {
        return String.format(Locale.ROOT, "%.1f s", (System.nanoTime() - startNanos) / 1e9);
    }

    private static String styled(String style, String text) {
        return Terminal.coloured() ? "\u001b[" + style + "m" + text + "\u001b[0m" : text;
    }
}
