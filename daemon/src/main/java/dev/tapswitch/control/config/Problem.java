package dev.tapswitch.control.config;

/**
 * One thing that is wrong with a configuration or a request.
 *
 * @param source the file, or empty for a request
 * @param line in the file, from 1; 0 where there is none
 * @param path the setting, e.g. {@code switches.lan.ports.web0.mtu}; empty for the whole
 * @param message what is wrong, and what was expected
 */
public record Problem(String source, int line, String path, String message) {
    /** On one line: {@code file:line: path: message}. */
    @Override
    public String toString() {
        String place = source.isEmpty() ? "" : line > 0 ? source + ":" + line + ": " : source + ": ";
        return place + printable((path.isEmpty() ? "" : path + ": ") + message);
    }

    /** What is quoted from the text may hold anything, and is to break neither the line nor the terminal. */
    public static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}|\\R", " ");
    }
}
