package dev.tapswitch.control.json;

import java.nio.charset.StandardCharsets;

/** Any text is JSON that is written and read back as the same, or is refused on one line; asking with a default never throws. */
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

    private static void ask(Json json, int depth) {
        json.asString("");
        json.asInt(0);
        json.asLong(0);
        json.asBoolean(false);
        try {
            json.asInt();
            json.asLong();
            json.asDouble();
            json.asBoolean();
        } catch (JsonException e) {
            if (e.getMessage().isBlank()) throw new AssertionError("no reason", e);
        }
        if (depth > 0) json.forEach(each -> ask(each, depth - 1));
    }
}
