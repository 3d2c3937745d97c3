package dev.tapswitch.control.state;

import dev.tapswitch.control.json.Json;
import dev.tapswitch.control.json.JsonException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * The bytes of a document with its checksum: {@code {"checksum":"crc32c:01234567","document":...}} and a newline. The checksum covers the bytes of the
 * document. A document without the member "checksum", as earlier releases wrote it or as a user may edit it, is accepted.
 */
final class Envelope {
    private static final byte[] HEAD = ascii("{\"checksum\":\"crc32c:");
    private static final byte[] BETWEEN = ascii("\",\"document\":");
    private static final byte[] TAIL = ascii("}\n");
    private static final int DIGITS = 8;
    private static final int DOCUMENT = HEAD.length + DIGITS + BETWEEN.length;

    private Envelope() {}

    /** The bytes of a document with its checksum. */
    static byte[] seal(Json document) {
        byte[] bytes = document.toString().getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(DOCUMENT + bytes.length + TAIL.length)
                .put(HEAD)
                .put(checksum(bytes))
                .put(BETWEEN)
                .put(bytes)
                .put(TAIL)
                .array();
    }

    /**
     * Reads the document.
     *
     * @throws JsonException with the reason on one line why the bytes contain none
     */
    static Json open(byte[] bytes) {
        if (isSealed(bytes)) {
            byte[] document = Arrays.copyOfRange(bytes, DOCUMENT, bytes.length - TAIL.length);
            byte[] digits = Arrays.copyOfRange(bytes, HEAD.length, HEAD.length + DIGITS);
            if (Arrays.equals(digits, checksum(document))) return parse(document);
            throw new JsonException("the checksum does not match");
        }
        Json json = parse(bytes);
        if (!json.isObject()) throw new JsonException("it is not a JSON object");
        if (!json.has("checksum") && !json.has("document")) return json;
        if (json.has("document") && json.size() == 1) return json.path("document");
        throw new JsonException("it was edited; remove \"checksum\" from an edited file");
    }

    private static boolean isSealed(byte[] bytes) {
        int end = bytes.length - TAIL.length;
        return end >= DOCUMENT
                && matches(bytes, 0, HEAD)
                && matches(bytes, HEAD.length + DIGITS, BETWEEN)
                && matches(bytes, end, TAIL);
    }

    private static boolean matches(byte[] bytes, int at, byte[] part) {
        return Arrays.equals(bytes, at, at + part.length, part, 0, part.length);
    }

    private static Json parse(byte[] bytes) {
        if (bytes.length == 0) throw new JsonException("it is empty");
        try {
            return Json.parse(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException e) {
            throw new JsonException("it is not UTF-8");
        }
    }

    private static byte[] checksum(byte[] document) {
        CRC32C crc = new CRC32C();
        crc.update(document);
        return ascii("%08x".formatted(crc.getValue()));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
