package dev.tapswitch.cli;

/** What stdout is. The launcher knows (a JVM can't ask without a native call) and says so in the environment. */
final class Terminal {
    private Terminal() {}

    /** Stdout is a terminal. */
    static boolean attached() {
        return "1".equals(System.getenv("TAPSWITCH_TTY"));
    }

    /** Stdout is a terminal, and nobody asked for no colours (no-color.org). */
    static boolean coloured() {
        var noColor = System.getenv("NO_COLOR");
        return attached() && (noColor == null || noColor.isEmpty());
    }
}
