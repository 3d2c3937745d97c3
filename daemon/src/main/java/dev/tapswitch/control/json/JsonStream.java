package dev.tapswitch.control.json;

import com.google.gson.FormattingStyle;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import com.google.gson.stream.MalformedJsonException;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.util.function.Consumer;

/**
 * Reads JSON that may be too long for memory, while it arrives. The methods throw a JsonException when they reach a part that is not JSON, and an IOException
 * if the source of the text does.
 */
public final class JsonStream {
    private JsonStream() {}

    /** Reads a text that is one array and passes its elements on one by one. */
    public static void elements(Reader text, Consumer<Json> each) throws IOException {
        read(text, reader -> {
            if (reader.peek() != JsonToken.BEGIN_ARRAY) throw new JsonException("it is not an array");
            reader.beginArray();
            while (reader.hasNext()) each.accept(new Json(JsonText.element(reader, false)));
            reader.endArray();
        });
    }

    /** Reads a text that is one value. */
    public static Json value(Reader text) throws IOException {
        Json[] value = new Json[1];
        read(text, reader -> value[0] = new Json(JsonText.element(reader, false)));
        return value[0];
    }

    /** Copies a text in the format of {@link Json#toPrettyString}. */
    public static void pretty(Reader text, Writer into) throws IOException {
        var writer = new JsonWriter(into);
        writer.setFormattingStyle(FormattingStyle.PRETTY);
        read(text, reader -> copy(reader, writer));
        writer.flush();
    }

    private interface Reading {
        void from(JsonReader reader) throws IOException;
    }

    private static void read(Reader text, Reading reading) throws IOException {
        JsonReader reader = JsonText.reader(text);
        try {
            reading.from(reader);
            if (reader.peek() != JsonToken.END_DOCUMENT) throw new JsonException("more than one value");
        } catch (MalformedJsonException e) {
            throw new JsonException(JsonText.explained(e));
        }
    }

    private static void copy(JsonReader reader, JsonWriter writer) throws IOException {
        switch (reader.peek()) {
            case BEGIN_OBJECT -> {
                reader.beginObject();
                writer.beginObject();
                while (reader.hasNext()) {
                    writer.name(reader.nextName());
                    copy(reader, writer);
                }
                reader.endObject();
                writer.endObject();
            }
            case BEGIN_ARRAY -> {
                reader.beginArray();
                writer.beginArray();
                while (reader.hasNext()) copy(reader, writer);
                reader.endArray();
                writer.endArray();
            }
            case NUMBER -> writer.value(JsonText.number(reader));
            default -> JsonText.write(JsonText.element(reader, false), writer);
        }
    }
}
