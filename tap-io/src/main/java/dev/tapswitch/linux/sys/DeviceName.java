package dev.tapswitch.linux.sys;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Names of network interfaces as text. To the kernel a name is up to 15 bytes, and whoever is root in a namespace chooses them: terminal escape
 * sequences and bytes that are not UTF-8 are names as good as any. As text they are harmless, and none is lost: bytes that are not printable
 * UTF-8, and the backslash, are written {@code \xNN}.
 */
public final class DeviceName {
    private static final int ESCAPE_LENGTH = 4;

    private DeviceName() {}

    /** The text of a name that ends at the first zero, or with the array. */
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

    /** The name that a text stands for, without a zero at its end. */
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

    /** Whether it can be shown as it is: no control, no formatting (bidirectional overrides), no mark that joins its neighbour, no blank. */
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

    /** How many bytes from {@code at} on are one printable character other than the backslash; 0 where they are none. */
    private static int printableLength(byte[] name, int at, int end) {
        int length = lengthByFirstByte(name[at]);
        if (length == 0 || at + length > end) return 0;
        try {
            // A new decoder reports what is malformed instead of replacing it.
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

    /** RFC 3629 3. */
    private static int lengthByFirstByte(byte first) {
        int value = Byte.toUnsignedInt(first);
        if (value < 0x80) return 1;
        if (value < 0xc0) return 0;
        if (value < 0xe0) return 2;
        return value < 0xf0 ? 3 : 4;
    }

    /** The byte that an escape at {@code at} stands for; -1 where there is none. */
    private static int escaped(String text, int at) {
        if (!text.startsWith("\\x", at) || at + ESCAPE_LENGTH > text.length()) return -1;
        int high = Character.digit(text.charAt(at + 2), 16);
        int low = Character.digit(text.charAt(at + 3), 16);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }
}
