package dev.tapswitch.control.json;

import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/** Any text is JSON that is written and read back as the same, or is refused on one line, and so is a value of the wrong type. */
public final class JsonFuzz {
    private JsonFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        Json json;
        try {
            json = Json.parse(text);
            Json.parseForeign(text);
        } catch (JsonException e) {
            if (e.getMessage() == null || e.getMessage().isBlank()) throw new AssertionError("no reason", e);
            return;
        }
        if (!Json.parse(json.toString()).equals(json)) throw new AssertionError("written as " + json);
        if (!Json.parse(json.toPrettyString()).equals(json)) throw new AssertionError("written as " + json);
        ask(json, 5);
    }

    private static void ask(Supplier<Object> question) {
        try {
            question.get();
        } catch (JsonException e) {
            if (e.getMessage().isBlank()) throw new AssertionError("no reason", e);
        }
    }

    private static void ask(Json json, int depth) {
        json.asString("");
        ask(json::asInt);
        ask(json::asLong);
        ask(json::asDouble);
        ask(json::asBoolean);
        if (depth > 0) json.forEach(each -> ask(each, depth - 1));
    }
}
