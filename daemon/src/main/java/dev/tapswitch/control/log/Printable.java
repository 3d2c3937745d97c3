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
    private static boolean isPrintable(char character, boolean isMultiline) {
        if (character >= ' ' && character < 0x7f) return true;
        if (character == '\n' || character == '\t') return isMultiline;
        return switch (Character.getType(character)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    private static String escaped(String text, boolean isMultiline) {
        StringBuilder escaped = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            if (isPrintable(character, isMultiline)) escaped.append(character);
            else
                escaped.append(
                        character < 0x100
                                ? "\\x%02x".formatted((int) character)
                                : "\\u%04x".formatted((int) character));
        }
        return escaped.toString();
    }
}
