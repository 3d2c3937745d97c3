package dev.tapswitch.daemon.json;

import java.math.BigInteger;
import java.util.Collections;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A value of JSON. What is not there is a missing value, so that a path can be followed without a check at each step.
 *
 * <p>{@code asX()} throws a JsonException where the value is there and can't be read as an X; {@code asX(otherwise)} never does. Both read what is
 * missing or null as {@code otherwise}, or as empty, zero and false. Not for several threads while one of them changes it.
 */
public abstract sealed class JsonNode implements Iterable<JsonNode> permits ObjectNode, ArrayNode, ScalarNode {
    JsonNode() {}

    /** Reads a text that is one value; JsonException says what is wrong and where. */
    public static JsonNode parse(String text) {
        return new JsonParser(text).parse();
    }

    /** Maps, collections, strings, numbers, booleans and null as JSON; nodes as they are. */
    public static JsonNode of(Object value) {
        return switch (value) {
            case JsonNode node -> node;
            case Map<?, ?> map -> {
                ObjectNode object = new ObjectNode();
                map.forEach((name, each) -> object.set(name.toString(), of(each)));
                yield object;
            }
            case Iterable<?> values -> {
                ArrayNode array = new ArrayNode();
                values.forEach(each -> array.add(of(each)));
                yield array;
            }
            case null, default -> ScalarNode.scalar(value);
        };
    }

    /** The member of an object; missing where there is none. */
    public JsonNode path(String name) {
        return ScalarNode.MISSING;
    }

    /** The member of an object; JsonException where there is none. */
    public final JsonNode required(String name) {
        if (has(name)) return path(name);
        throw new JsonException("\"" + name + "\" is missing");
    }

    /** The member of an object, or null. */
    public final JsonNode get(String name) {
        return has(name) ? path(name) : null;
    }

    /** The element of an array; missing where there is none. */
    public JsonNode path(int index) {
        return ScalarNode.MISSING;
    }

    /** The element of an array, or null. */
    public final JsonNode get(int index) {
        JsonNode element = path(index);
        return element.equals(ScalarNode.MISSING) ? null : element;
    }

    /** Whether an object has this member; it may be null. */
    public final boolean has(String name) {
        return !path(name).equals(ScalarNode.MISSING);
    }

    public final boolean isObject() {
        return this instanceof ObjectNode;
    }

    public final boolean isArray() {
        return this instanceof ArrayNode;
    }

    public final boolean isNumber() {
        return value() instanceof Number;
    }

    /** Elements of an array, members of an object. */
    public int size() {
        return 0;
    }

    public final boolean isEmpty() {
        return size() == 0;
    }

    /** The members of an object, in order. */
    public Set<Map.Entry<String, JsonNode>> properties() {
        return Set.of();
    }

    /** The elements of an array, or the values of an object. */
    @Override
    public Iterator<JsonNode> iterator() {
        return Collections.emptyIterator();
    }

    public abstract Stream<JsonNode> valueStream();

    public final String asString() {
        return isThere() ? expect(asString(null), "a string") : "";
    }

    public final String asString(String otherwise) {
        Object value = value();
        return value == null ? otherwise : value.toString();
    }

    public final int asInt() {
        return isThere() ? Math.toIntExact(expect(integer(Integer.MIN_VALUE, Integer.MAX_VALUE), "an integer")) : 0;
    }

    public final int asInt(int otherwise) {
        Long value = integer(Integer.MIN_VALUE, Integer.MAX_VALUE);
        return value == null ? otherwise : Math.toIntExact(value);
    }

    public final long asLong() {
        return isThere() ? expect(integer(Long.MIN_VALUE, Long.MAX_VALUE), "an integer") : 0;
    }

    public final long asLong(long otherwise) {
        Long value = integer(Long.MIN_VALUE, Long.MAX_VALUE);
        return value == null ? otherwise : value;
    }

    public final double asDouble() {
        if (!isThere()) return 0;
        return expect(value() instanceof Number number ? (Double) number.doubleValue() : null, "a number");
    }

    public final boolean asBoolean() {
        return isThere() && expect(bool(), "true or false");
    }

    public final boolean asBoolean(boolean otherwise) {
        Boolean value = bool();
        return value == null ? otherwise : value;
    }

    /** On several lines, for people. */
    public final String toPrettyString() {
        return JsonWriter.write(this, true);
    }

    /** JSON on one line. */
    @Override
    public final String toString() {
        return JsonWriter.write(this, false);
    }

    /** A String, Boolean, Long, Double or BigInteger; null for all else. */
    Object value() {
        return null;
    }

    private boolean isThere() {
        return isObject() || isArray() || value() != null;
    }

    /** As those who write JSON by hand may write it: strings of digits are numbers too, and fractions are cut off. */
    private Long integer(long least, long most) {
        Long found = switch (value()) {
            case Long number -> number;
            case Double number when Math.abs(number) < 0x1p63 -> number.longValue();
            case String text when text.matches("-?[0-9]{1,18}") -> Long.valueOf(text);
            case null, default -> null;
        };
        return found == null || found < least || found > most ? null : found;
    }

    private Boolean bool() {
        return switch (value()) {
            case Boolean bool -> bool;
            case Long number -> number != 0;
            case String text when text.equals("true") || text.equals("false") -> Boolean.valueOf(text);
            case null, default -> null;
        };
    }

    private <T> T expect(T found, String what) {
        if (found != null) return found;
        String shown = toString();
        throw new JsonException((shown.length() > 40 ? shown.substring(0, 40) + "..." : shown) + " is not " + what);
    }

    /** Whether one of Java's numbers has a counterpart in the tree. */
    static Object number(Number number) {
        return switch (number) {
            case Long _, BigInteger _ -> number;
            case Integer _, Short _, Byte _ -> number.longValue();
            case Double _, Float _ -> {
                if (Double.isFinite(number.doubleValue())) yield number.doubleValue();
                throw new JsonException(number + " can't be written as JSON");
            }
            default -> throw new IllegalArgumentException("not JSON: " + number.getClass());
        };
    }
}
