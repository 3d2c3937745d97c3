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
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A value of JSON: Gson's tree, read without a check at each step. What is not there is a missing value.
 *
 * <p>{@code asX()} throws a JsonException where the value is there and can't be read as an X; {@code asX(otherwise)} never does. Both read what is
 * missing or null as {@code otherwise}, or as empty, zero and false. To change what is not an object, or an array, is an IllegalStateException.
 * Not for several threads while one of them changes it.
 */
public final class Json implements Iterable<Json> {
    private static final Json MISSING = new Json(null);

    private final JsonElement element;

    /** {@code element}: null for a missing value. */
    Json(JsonElement element) {
        this.element = element;
    }

    public static Json object() {
        return new Json(new JsonObject());
    }

    public static Json array() {
        return new Json(new JsonArray());
    }

    /** Reads a text that is one value, by RFC 8259 and nothing looser; JsonException says on one line what is wrong and where. */
    public static Json parse(String text) {
        return new Json(JsonText.read(text, false));
    }

    /** As {@link #parse}, of a program that names a member twice, as iperf3 does: the last one counts. */
    public static Json parseForeign(String text) {
        return new Json(JsonText.read(text, true));
    }

    /** Maps, collections, strings, numbers, booleans and null as JSON; Json as it is. */
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

    /** The member of an object; missing where there is none. */
    public Json path(String name) {
        return has(name) ? new Json(element.getAsJsonObject().get(name)) : MISSING;
    }

    /** The element of an array; missing where there is none. */
    public Json path(int index) {
        boolean isThere = isArray() && index >= 0 && index < size();
        return isThere ? new Json(element.getAsJsonArray().get(index)) : MISSING;
    }

    /** The member of an object; JsonException where there is none. */
    public Json required(String name) {
        if (has(name)) return path(name);
        throw new JsonException("\"" + name + "\" is missing");
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

    /** Elements of an array, members of an object; 0 for all else. */
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
                .map(member -> Map.entry(member.getKey(), new Json(member.getValue())))
                .toList();
    }

    /** The elements of an array, or the values of an object. */
    public Stream<Json> valueStream() {
        if (!isArray()) return properties().stream().map(Map.Entry::getValue);
        return StreamSupport.stream(element.getAsJsonArray().spliterator(), false)
                .map(Json::new);
    }

    @Override
    public Iterator<Json> iterator() {
        return valueStream().iterator();
    }

    public String asString() {
        return isThere() ? expect(asString(null), "a string") : "";
    }

    public String asString(String otherwise) {
        return element instanceof JsonPrimitive value ? value.getAsString() : otherwise;
    }

    public int asInt() {
        return isThere() ? Math.toIntExact(expect(integer(Integer.MIN_VALUE, Integer.MAX_VALUE), "an integer")) : 0;
    }

    public int asInt(int otherwise) {
        Long value = integer(Integer.MIN_VALUE, Integer.MAX_VALUE);
        return value == null ? otherwise : Math.toIntExact(value);
    }

    public long asLong() {
        return isThere() ? expect(integer(Long.MIN_VALUE, Long.MAX_VALUE), "an integer") : 0;
    }

    public long asLong(long otherwise) {
        Long value = integer(Long.MIN_VALUE, Long.MAX_VALUE);
        return value == null ? otherwise : value;
    }

    public double asDouble() {
        if (!isThere()) return 0;
        return expect(isNumber() ? (Double) element.getAsDouble() : null, "a number");
    }

    public boolean asBoolean() {
        return isThere() && expect(bool(), "true or false");
    }

    public boolean asBoolean(boolean otherwise) {
        Boolean value = bool();
        return value == null ? otherwise : value;
    }

    /** Sets an object's member, in place of one of that name; returns the object. */
    public Json set(String name, Json value) {
        element.getAsJsonObject().add(name, value.element);
        return this;
    }

    /** As {@link #set}, of what {@link #of} takes. */
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

    /** Adds what {@link #of} takes to an array; returns the array. */
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

    /** On several lines, as jq writes it. */
    public String toPrettyString() {
        return JsonText.write(element, true);
    }

    /** JSON on one line; nothing at all where it is missing. */
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

    private boolean isThere() {
        return element != null && !element.isJsonNull();
    }

    /** As those who write JSON by hand may write it: strings of digits are numbers too, and fractions are cut off. */
    private Long integer(long least, long most) {
        if (!(element instanceof JsonPrimitive value) || value.isBoolean()) return null;
        if (value.isString() && !value.getAsString().matches("-?[0-9]{1,18}")) return null;
        BigDecimal number = value.getAsBigDecimal();
        boolean isWithin =
                number.compareTo(BigDecimal.valueOf(least)) >= 0 && number.compareTo(BigDecimal.valueOf(most)) <= 0;
        return isWithin ? (Long) number.longValue() : null;
    }

    private Boolean bool() {
        if (!(element instanceof JsonPrimitive value)) return null;
        if (value.isBoolean()) return value.getAsBoolean();
        if (value.isNumber()) return value.getAsDouble() != 0;
        return switch (value.getAsString()) {
            case "true" -> true;
            case "false" -> false;
            default -> null;
        };
    }

    private <T> T expect(T found, String what) {
        if (found != null) return found;
        String shown = toString();
        throw new JsonException((shown.length() > 40 ? shown.substring(0, 40) + "..." : shown) + " is not " + what);
    }

    private static Number finite(Number number) {
        if (Double.isFinite(number.doubleValue())) return number;
        throw new JsonException(number + " can't be written as JSON");
    }
}
