package dev.tapswitch.control.json;

import com.google.gson.FormattingStyle;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.Map;

/**
 * Converts text to Gson's tree and back. Gson's own parser accepts two members of one name, and its own writer loads adapters for all of Java's
 * types.
 */
final class JsonText {
    private static final int MAX_DEPTH = 200;

    private JsonText() {}

    /** {@code lastWins}: whether the last of two members of one name counts, or they are an error. */
    static JsonElement read(String text, boolean lastWins) {
        JsonReader reader = reader(new StringReader(text));
        try {
            JsonElement element = element(reader, lastWins);
            // Throws if more text follows.
            if (reader.peek() == JsonToken.END_DOCUMENT) return element;
            throw new JsonException("more than one value");
        } catch (IOException e) {
            throw new JsonException(explained(e));
        }
    }

    static JsonReader reader(Reader text) {
        var reader = new JsonReader(text);
        reader.setStrictness(Strictness.STRICT);
        reader.setNestingLimit(MAX_DEPTH);
        return reader;
    }

    /** Gson's message without its advice to programmers, for display only. */
    static String explained(IOException e) {
        String message = e.getMessage().lines().findFirst().orElse("");
        return message.replaceFirst("^Use JsonReader\\S+ to accept malformed JSON", "Malformed")
                .replaceFirst("^End of input", "It ends too early");
    }

    static JsonElement element(JsonReader reader, boolean lastWins) throws IOException {
        return switch (reader.peek()) {
            case BEGIN_OBJECT -> object(reader, lastWins);
            case BEGIN_ARRAY -> {
                JsonArray array = new JsonArray();
                reader.beginArray();
                while (reader.hasNext()) array.add(element(reader, lastWins));
                reader.endArray();
                yield array;
            }
            case STRING -> new JsonPrimitive(reader.nextString());
            case NUMBER -> new JsonPrimitive(number(reader));
            case BOOLEAN -> new JsonPrimitive(reader.nextBoolean());
            case NULL -> {
                reader.nextNull();
                yield JsonNull.INSTANCE;
            }
            case END_OBJECT, END_ARRAY, NAME, END_DOCUMENT ->
                throw new JsonException("no value at " + reader.getPath());
        };
    }

    private static JsonObject object(JsonReader reader, boolean lastWins) throws IOException {
        JsonObject object = new JsonObject();
        reader.beginObject();
        while (reader.hasNext()) {
            String name = reader.nextName();
            if (!lastWins && object.has(name))
                throw new JsonException("\"" + name + "\" is given twice at " + reader.getPath());
            object.add(name, element(reader, lastWins));
        }
        reader.endObject();
        return object;
    }

    static Number number(JsonReader reader) throws IOException {
        String text = reader.nextString();
        if (text.matches("-?[0-9]{1,18}")) return Long.valueOf(text);
        try {
            BigDecimal number = new BigDecimal(text);
            if (Double.isFinite(number.doubleValue())) return number;
        } catch (NumberFormatException e) {
            // Its exponent has more digits than a BigDecimal allows; reported below.
        }
        throw new JsonException(text + " is too large at " + reader.getPath());
    }

    /** Writes one line, or several with two spaces per level; nothing for null. */
    static String write(JsonElement element, boolean isPretty) {
        var text = new StringWriter();
        var writer = new JsonWriter(text);
        writer.setFormattingStyle(isPretty ? FormattingStyle.PRETTY : FormattingStyle.COMPACT);
        try {
            if (element != null) write(element, writer);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return withoutControls(text.toString());
    }

    /** Escapes U+007F to U+009F and format characters, which terminals interpret. Gson escapes only those below U+0020. They occur in strings only. */
    private static String withoutControls(String json) {
        int plain = 0;
        while (plain < json.length() && isPlain(json.charAt(plain))) plain++;
        if (plain == json.length()) return json;
        StringBuilder escaped = new StringBuilder(json.substring(0, plain));
        for (char character : json.substring(plain).toCharArray()) {
            if (isPlain(character)) escaped.append(character);
            else escaped.append("\\u%04x".formatted((int) character));
        }
        return escaped.toString();
    }

    private static boolean isPlain(char character) {
        if (character < 0x7f) return true;
        boolean isControl = character >= 0x7f && character < 0xa0;
        return !isControl && Character.getType(character) != Character.FORMAT;
    }

    static void write(JsonElement element, JsonWriter writer) throws IOException {
        switch (element) {
            case JsonObject object -> {
                writer.beginObject();
                for (Map.Entry<String, JsonElement> member : object.entrySet())
                    write(member.getValue(), writer.name(member.getKey()));
                writer.endObject();
            }
            case JsonArray array -> {
                writer.beginArray();
                for (JsonElement each : array) write(each, writer);
                writer.endArray();
            }
            case JsonPrimitive value when value.isNumber() -> writer.value(value.getAsNumber());
            case JsonPrimitive value when value.isBoolean() -> writer.value(value.getAsBoolean());
            case JsonPrimitive value -> writer.value(value.getAsString());
            default -> writer.nullValue();
        }
    }
}
