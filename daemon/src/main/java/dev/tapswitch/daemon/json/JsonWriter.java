package dev.tapswitch.daemon.json;

import java.util.Iterator;
import java.util.Map;

/** Writes a tree as text: on one line, or on several with two spaces a level. */
final class JsonWriter {
    private static final String DIGITS = "0123456789abcdef";

    private final StringBuilder out = new StringBuilder();
    private final boolean pretty;

    private JsonWriter(boolean pretty) {
        this.pretty = pretty;
    }

    /** What is missing is written as nothing at all. */
    static String write(JsonNode node, boolean pretty) {
        if (node.equals(ScalarNode.MISSING)) return "";
        var writer = new JsonWriter(pretty);
        writer.node(node, 0);
        return writer.out.toString();
    }

    private void node(JsonNode node, int depth) {
        switch (node) {
            case ObjectNode object -> object(object, depth);
            case ArrayNode array -> array(array, depth);
            case ScalarNode scalar -> {
                if (scalar.value() instanceof String text) string(text);
                else out.append(scalar.value());
            }
        }
    }

    private void object(ObjectNode object, int depth) {
        out.append('{');
        Iterator<Map.Entry<String, JsonNode>> members = object.properties().iterator();
        while (members.hasNext()) {
            Map.Entry<String, JsonNode> member = members.next();
            newLine(depth + 1);
            string(member.getKey());
            out.append(pretty ? ": " : ":");
            node(member.getValue(), depth + 1);
            if (members.hasNext()) out.append(',');
        }
        if (!object.isEmpty()) newLine(depth);
        out.append('}');
    }

    private void array(ArrayNode array, int depth) {
        out.append('[');
        Iterator<JsonNode> elements = array.iterator();
        while (elements.hasNext()) {
            newLine(depth + 1);
            node(elements.next(), depth + 1);
            if (elements.hasNext()) out.append(',');
        }
        if (!array.isEmpty()) newLine(depth);
        out.append(']');
    }

    private void newLine(int depth) {
        if (pretty) out.append('\n').repeat("  ", depth);
    }

    /** RFC 8259 7: quotation mark, reverse solidus and the controls must be escaped. */
    private void string(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    // Half a pair of surrogates has no UTF-8.
                    if (c < ' ' || isLone(text, i)) escape(c);
                    else out.append(c);
                }
            }
        }
        out.append('"');
    }

    private void escape(char c) {
        out.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) out.append(DIGITS.charAt(c >> shift & 0xf));
    }

    private static boolean isLone(String text, int at) {
        char c = text.charAt(at);
        if (Character.isHighSurrogate(c))
            return at + 1 == text.length() || !Character.isLowSurrogate(text.charAt(at + 1));
        return Character.isLowSurrogate(c) && (at == 0 || !Character.isHighSurrogate(text.charAt(at - 1)));
    }
}
