package dev.tapswitch.control.json;

import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/** Any text is JSON that can be written and read back unchanged, or is refused with a message; so is a value of the wrong type. */
public final class JsonFuzz {
    private JsonFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        Json json;
        try {
            json = Json.parse(text);
            Json.parseForeign(text);
        } catch (JsonException e) {
            if (e.getMessage() == null || e.getMessage().isBlank())
                throw new AssertionError("the error has no message", e);
            return;
        }
        if (!Json.parse(json.toString()).equals(json)) throw new AssertionError("not read back: " + json);
        if (!Json.parse(json.toPrettyString()).equals(json)) throw new AssertionError("not read back: " + json);
        access(json, 5);
    }

    private static void access(Supplier<Object> accessor) {
        try {
            Object _ = accessor.get();
        } catch (JsonException e) {
            if (e.getMessage().isBlank()) throw new AssertionError("the error has no message", e);
        }
    }

    private static void access(Json json, int depth) {
        json.asString("");
        access(json::asInt);
        access(json::asLong);
        access(json::asDouble);
        access(json::asBoolean);
        if (depth > 0) json.forEach(each -> access(each, depth - 1));
    }
}
