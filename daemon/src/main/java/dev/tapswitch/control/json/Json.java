package dev.tapswitch.control.json;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.math.BigDecimal;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A JSON value: a wrapper of Gson's tree that is read without a check at each step. A member that does not exist is a missing value.
 *
 * <p>{@code asX()} reads a missing value or null as empty, zero or false; {@code asX(defaultValue)} reads it as {@code defaultValue}. Numbers and booleans are read
 * strictly: a JsonException with the path and what was expected is thrown if the value is anything else. An integer has neither quotes nor a fraction nor
 * an exponent. An IllegalStateException is thrown if a value that is not an object or an array is changed as one. Not thread-safe while it is changed.
 */
public final class Json implements Iterable<Json> {
    private static final int MAX_SHOWN = 40;

    private final JsonElement element;
    private final Json parent;
    /** The member's name or the element's index in the parent; null for the whole document. */
    private final Object key;

    /** The whole document. {@code element}: null for a missing value. */
    Json(JsonElement element) {
        this(element, null, null);
    }

    private Json(JsonElement element, Json parent, Object key) {
        this.element = element;
        this.parent = parent;
        this.key = key;
    }

    public static Json object() {
        return new Json(new JsonObject());
    }

    public static Json array() {
        return new Json(new JsonArray());
    }

    /** Reads a text that is one value, strictly by RFC 8259. JsonException says on one line what is wrong and where. */
    public static Json parse(String text) {
        return new Json(JsonText.read(text, false));
    }

    /** As {@link #parse}, for the output of programs that name a member twice, such as iperf3: the last one counts. */
    public static Json parseForeign(String text) {
        return new Json(JsonText.read(text, true));
    }

    /** Converts maps, collections, strings, numbers, booleans and null. Json is returned as it is. */
    public static Json of(Object value) {
        return switch (value) {
            case Json json -> json;
            case null -> new Json(JsonNull.INSTANCE);
            case Boolean bool -> new Json(new JsonPrimitive(bool));
            case Number number -> new Json(new JsonPrimitive(finite(number)));
            case CharSequence text -> new Json(new JsonPrimitive(text.toString()));
            case Map<?, ?> map -> {
                Json object = object();
                map.forEach((name, each) -> object.set(name.toString(), of(each)));
                yield object;
            }
            case Iterable<?> values -> {
                Json array = array();
                values.forEach(each -> array.add(of(each)));
                yield array;
            }
            default -> throw new IllegalArgumentException("not JSON: " + value.getClass());
        };
    }

    /** The member of an object; a missing value if there is none. */
    public Json path(String name) {
        return new Json(has(name) ? element.getAsJsonObject().get(name) : null, this, name);
    }

    /** The element of an array; a missing value if there is none. */
    public Json path(int index) {
        boolean exists = isArray() && index >= 0 && index < size();
        return new Json(exists ? element.getAsJsonArray().get(index) : null, this, index);
    }

    /** The member of an object; JsonException if there is none. */
    public Json required(String name) {
        if (has(name)) return path(name);
        throw new JsonException(where() + "\"" + name + "\" is missing");
    }

    /** Whether an object has this member; it may be null. */
    public boolean has(String name) {
        return isObject() && element.getAsJsonObject().has(name);
    }

    public boolean isObject() {
        return element instanceof JsonObject;
    }

    public boolean isArray() {
        return element instanceof JsonArray;
    }

    public boolean isNumber() {
        return element instanceof JsonPrimitive value && value.isNumber();
    }

    /** The number of elements of an array or members of an object; 0 for all other values. */
    public int size() {
        return isArray() ? element.getAsJsonArray().size() : properties().size();
    }

    public boolean isEmpty() {
        return size() == 0;
    }

    /** The members of an object, in order. */
    public List<Map.Entry<String, Json>> properties() {
        if (!isObject()) return List.of();
        return element.getAsJsonObject().entrySet().stream()
                .map(member -> Map.entry(member.getKey(), new Json(member.getValue(), this, member.getKey())))
                .toList();
    }

    /** The elements of an array, or the values of an object. */
    public Stream<Json> valueStream() {
        if (!isArray()) return properties().stream().map(Map.Entry::getValue);
        return IntStream.range(0, size()).mapToObj(this::path);
    }

    @Override
    public Iterator<Json> iterator() {
        return valueStream().iterator();
    }

    public String asString() {
        return isPresent() ? expect(asString(null), "a string") : "";
    }

    /** A string, or a number or boolean as it is written. */
    public String asString(String defaultValue) {
        return element instanceof JsonPrimitive value ? value.getAsString() : defaultValue;
    }

    public int asInt() {
        return asInt(0);
    }

    public int asInt(int defaultValue) {
        return isPresent() ? Math.toIntExact(integer(Integer.MIN_VALUE, Integer.MAX_VALUE)) : defaultValue;
    }

    public long asLong() {
        return asLong(0);
    }

    public long asLong(long defaultValue) {
        return isPresent() ? integer(Long.MIN_VALUE, Long.MAX_VALUE) : defaultValue;
    }

    public double asDouble() {
        if (!isPresent()) return 0;
        return expect(isNumber() ? (Double) element.getAsDouble() : null, "a number");
    }

    public boolean asBoolean() {
        return asBoolean(false);
    }

    public boolean asBoolean(boolean defaultValue) {
        if (!isPresent()) return defaultValue;
        return expect(
                element instanceof JsonPrimitive value && value.isBoolean() ? value.getAsBoolean() : null,
                "true or false");
    }

    /** Sets a member of an object, and replaces one of that name; returns the object. */
    public Json set(String name, Json value) {
        element.getAsJsonObject().add(name, value.element);
        return this;
    }

    /** As {@link #set}, with a value that {@link #of} converts. */
    public Json put(String name, Object value) {
        return set(name, of(value));
    }

    /** A new, empty object as a member. */
    public Json putObject(String name) {
        Json object = object();
        set(name, object);
        return object;
    }

    /** A new, empty array as a member. */
    public Json putArray(String name) {
        Json array = array();
        set(name, array);
        return array;
    }

    public void remove(String name) {
        element.getAsJsonObject().remove(name);
    }

    /** Adds a value that {@link #of} converts to an array; returns the array. */
    public Json add(Object value) {
        element.getAsJsonArray().add(of(value).element);
        return this;
    }

    /** A new, empty object as the last element. */
    public Json addObject() {
        Json object = object();
        add(object);
        return object;
    }

    /** The value on several lines, in the format of jq. */
    public String toPrettyString() {
        return JsonText.write(element, true);
    }

    /** The value on one line; empty for a missing value. */
    @Override
    public String toString() {
        return JsonText.write(element, false);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Json json && Objects.equals(element, json.element);
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(element);
    }

    private boolean isPresent() {
        return element != null && !element.isJsonNull();
    }

    private long integer(long min, long max) {
        BigDecimal number = isNumber() ? element.getAsBigDecimal() : null;
        // A scale other than 0 means a fraction or an exponent.
        boolean isInteger = number != null
                && number.scale() == 0
                && number.compareTo(BigDecimal.valueOf(min)) >= 0
                && number.compareTo(BigDecimal.valueOf(max)) <= 0;
        return expect(isInteger ? (Long) number.longValue() : null, "a whole number from " + min + " to " + max);
    }

    private <T> T expect(T found, String what) {
        if (found != null) return found;
        String shown = toString();
        throw new JsonException(where() + (shown.length() > MAX_SHOWN ? shown.substring(0, MAX_SHOWN) + "..." : shown)
                + " is not valid here; expected " + what);
    }

    /** {@code ports[0].mtu: } for error messages; empty for the whole document. */
    private String where() {
        String path = path();
        return path.isEmpty() ? "" : path + ": ";
    }

    private String path() {
        if (parent == null) return "";
        String before = parent.path();
        if (key instanceof Integer index) return before + "[" + index + "]";
        return before.isEmpty() ? key.toString() : before + "." + key;
    }

    private static Number finite(Number number) {
        if (Double.isFinite(number.doubleValue())) return number;
        throw new JsonException(number + " cannot be written as JSON");
    }
}
