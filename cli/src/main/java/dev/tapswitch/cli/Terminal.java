package dev.tapswitch.cli;

/** Whether stdout is a terminal. The launcher checks this and sets an environment variable, because the JDK has no portable call for it. */
final class Terminal {
    private Terminal() {}

    /** Stdout is a terminal. */
    static boolean attached() {
        return "1".equals(System.getenv("TAPSWITCH_TTY"));
    }

    /** Stdout is a terminal, and the environment does not turn colours off (https://no-color.org). */
    static boolean coloured() {
        var noColor = System.getenv("NO_COLOR");
        return attached() && (noColor == null || noColor.isEmpty());
    }
}
