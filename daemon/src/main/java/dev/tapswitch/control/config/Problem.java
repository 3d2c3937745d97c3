package dev.tapswitch.control.config;

/**
 * A problem in a configuration or a request.
 *
 * @param source the file, or empty for a request
 * @param line in the file, from 1; 0 if unknown
 * @param path the setting, e.g. {@code switches.lan.ports.web0.mtu}; empty for the whole document
 * @param message what is wrong, and what was expected
 */
public record Problem(String source, int line, String path, String message) {
    /** On one line: {@code file:line: path: message}. */
    @Override
    public String toString() {
        String location = source.isEmpty() ? "" : line > 0 ? source + ":" + line + ": " : source + ": ";
        return location + printable((path.isEmpty() ? "" : path + ": ") + message);
    }

    /** Replaces control characters in quoted text, which would break the line or change the terminal. */
    public static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}|\\R", " ");
    }
}
