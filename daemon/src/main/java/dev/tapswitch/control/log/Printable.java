package dev.tapswitch.control.log;

/**
 * Makes untrusted text safe for terminals and logs: control characters, which a terminal interprets, and format characters, which change how the following
 * text is read, are written as escapes.
 */
public final class Printable {
    private Printable() {}

    /** Escapes control characters except newlines and tabs. */
    public static String text(String text) {
        return isPrintable(text, true) ? text : escaped(text, true);
    }

    /** Escapes all control characters, so that the text is one line. */
    public static String line(String text) {
        return isPrintable(text, false) ? text : escaped(text, false);
    }

    private static boolean isPrintable(String text, boolean isMultiline) {
        for (int i = 0; i < text.length(); i++) if (!isPrintable(text.charAt(i), isMultiline)) return false;
        return true;
    }

    /** Surrogates are printable: no pair of them moves the cursor. */
    private static boolean isPrintable(char each, boolean isMultiline) {
        if (each >= ' ' && each < 0x7f) return true;
        if (each == '\n' || each == '\t') return isMultiline;
        return switch (Character.getType(each)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    private static String escaped(String text, boolean isMultiline) {
        StringBuilder escaped = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char each = text.charAt(i);
            if (isPrintable(each, isMultiline)) escaped.append(each);
            else escaped.append(each < 0x100 ? "\\x%02x".formatted((int) each) : "\\u%04x".formatted((int) each));
        }
        return escaped.toString();
    }
}
