package dev.tapswitch.linux.sys;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Converts names of network interfaces between the kernel's bytes and printable text. To the kernel a name is up to 15 bytes, chosen by root in the
 * namespace: it may contain terminal escape sequences and bytes that are not UTF-8. The text is safe to print and the conversion loses nothing:
 * backslashes and bytes that are not printable UTF-8 are written {@code \xNN}.
 */
public final class DeviceName {
    private static final int ESCAPE_LENGTH = 4;

    private DeviceName() {}

    /** The text of a name, which ends at the first zero byte or at the end of the array. */
    public static String text(byte[] name) {
        int end = 0;
        while (end < name.length && name[end] != 0) end++;
        StringBuilder text = new StringBuilder();
        int at = 0;
        while (at < end) {
            int length = printableLength(name, at, end);
            if (length > 0) text.append(new String(name, at, length, StandardCharsets.UTF_8));
            else text.append("\\x%02x".formatted(name[at]));
            at += Math.max(1, length);
        }
        return text.toString();
    }

    /** The bytes of the name that {@link #text} has written, without a terminating zero. */
    public static byte[] bytes(String text) {
        ByteArrayOutputStream name = new ByteArrayOutputStream();
        int at = 0;
        while (at < text.length()) {
            int escaped = escaped(text, at);
            if (escaped >= 0) {
                name.write(escaped);
                at += ESCAPE_LENGTH;
            } else {
                int character = text.codePointAt(at);
                name.writeBytes(Character.toString(character).getBytes(StandardCharsets.UTF_8));
                at += Character.charCount(character);
            }
        }
        return name.toByteArray();
    }

    /** Whether a code point can be printed unescaped: no control or formatting character (bidirectional overrides), no combining mark, no space. */
    public static boolean isPrintable(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SPACE_SEPARATOR,
                    Character.NON_SPACING_MARK,
                    Character.ENCLOSING_MARK,
                    Character.COMBINING_SPACING_MARK -> false;
            default -> true;
        };
    }

    /** The length in bytes of the printable character at {@code at}; 0 if there is none, or if it is a backslash. */
    private static int printableLength(byte[] name, int at, int end) {
        int length = lengthByFirstByte(name[at]);
        if (length == 0 || at + length > end) return 0;
        try {
            // A decoder throws on malformed input; the String constructor would replace it.
            String character = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(Arrays.copyOfRange(name, at, at + length)))
                    .toString();
            int codePoint = character.codePointAt(0);
            return codePoint != '\\' && isPrintable(codePoint) ? length : 0;
        } catch (CharacterCodingException e) {
            return 0;
        }
    }

    /** RFC 3629 section 3; 0 for a byte that cannot begin a character. */
    private static int lengthByFirstByte(byte first) {
        int value = Byte.toUnsignedInt(first);
        if (value < 0x80) return 1;
        if (value < 0xc0) return 0;
        if (value < 0xe0) return 2;
        return value < 0xf0 ? 3 : 4;
    }

    /** The byte that the escape at {@code at} stands for; -1 if there is no escape. */
    private static int escaped(String text, int at) {
        if (!text.startsWith("\\x", at) || at + ESCAPE_LENGTH > text.length()) return -1;
        int high = Character.digit(text.charAt(at + 2), 16);
        int low = Character.digit(text.charAt(at + 3), 16);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }
}
