package dev.tapswitch.cli;

import java.io.PrintWriter;
import java.util.Locale;

/** How the demo looks: numbered sections, the commands one would type, what they printed. Colours on a terminal only. */
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

    /** A new section: its number, what it shows, and when it began. */
    void section(String text) {
        section++;
        line("");
        line(styled(BOLD, section + ". " + text) + "  " + styled(FAINT, elapsed()));
    }

    /** What one would type. */
    void command(String text) {
        line(styled(GREEN, "   $ " + text));
    }

    /** What it printed, set in. */
    void output(String text) {
        text.stripTrailing().lines().forEach(each -> line(("     " + each).stripTrailing()));
    }

    /** A sentence to the reader. */
    void note(String text) {
        line("   " + text);
    }

    /** Something is missing, and what to do about it. */
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
