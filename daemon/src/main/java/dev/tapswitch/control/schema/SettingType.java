package dev.tapswitch.control.schema;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The type of a setting's value: how it is read from text (YAML, command line, Docker's options), how it is written as JSON, and its JSON Schema (draft
 * 2020-12). Immutable.
 *
 * @param <T> the value as Java code uses it
 */
public sealed interface SettingType<T> {
    /**
     * Reads one value.
     *
     * @throws IllegalArgumentException with what is wrong and what is expected
     */
    T parse(String text);

    /** The value for JSON: Boolean, Integer, String or a list of String; null if it is not shown. */
    Object json(T value);

    /** The keywords of JSON Schema that describe the value. */
    Map<String, Object> jsonSchema();

    /** The placeholder for a value in help texts; empty for a flag. */
    String placeholder();

    /** A description of the value if JSON has it without quotes, such as "a whole number from 1 to 9"; empty if JSON has it as a string or a list. */
    default Optional<String> unquoted() {
        return Optional.empty();
    }

    /** {@code true} or {@code false}. */
    record Flag() implements SettingType<Boolean> {
        private static final Map<String, Boolean> VALUES = Map.of("true", true, "false", false);

        @Override
        public Boolean parse(String text) {
            return choice(text, VALUES);
        }

        @Override
        public Object json(Boolean value) {
            return value;
        }

        @Override
        public Map<String, Object> jsonSchema() {
            return Map.of("type", "boolean");
        }

        @Override
        public String placeholder() {
            return "";
        }

        @Override
        public Optional<String> unquoted() {
            return Optional.of("true or false");
        }
    }

    /** A whole number. */
    record WholeNumber(int min, int max) implements SettingType<Integer> {
        @Override
        public Integer parse(String text) {
            String expected = "expected " + range();
            if (!text.matches("[+-]?[0-9]{1,18}"))
                throw new IllegalArgumentException("\"" + text + "\" is not a whole number; " + expected);
            long number = Long.parseLong(text);
            if (number >= min && number <= max) return (int) number;
            throw new IllegalArgumentException(
                    text + " is too " + (number < min ? "small" : "large") + "; " + expected);
        }

        @Override
        public Object json(Integer value) {
            return value;
        }

        @Override
        public Map<String, Object> jsonSchema() {
            return JsonSchemas.object("type", "integer", "minimum", min, "maximum", max);
        }

        @Override
        public String placeholder() {
            return "N";
        }

        @Override
        public Optional<String> unquoted() {
            return Optional.of(range());
        }

        private String range() {
            return "a whole number from " + min + " to " + max;
        }
    }

    /** One of several words. */
    record Choice<T>(Map<String, T> values, String placeholder) implements SettingType<T> {
        @Override
        public T parse(String text) {
            return choice(text, values);
        }

        @Override
        public Object json(T value) {
            return values.entrySet().stream()
                    .filter(entry -> entry.getValue().equals(value))
                    .map(Map.Entry::getKey)
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(value + " is not one of " + values));
        }

        @Override
        public Map<String, Object> jsonSchema() {
            return JsonSchemas.object(
                    "type", "string", "enum", values.keySet().stream().sorted().toList());
        }
    }

    /**
     * A value with a special syntax.
     *
     * @param printer the inverse of {@code parser}; null for a value that is not shown
     * @param alsoNumber whether a plain number is valid too, as for a duration in seconds
     */
    record Text<T>(String placeholder, Function<String, T> parser, Function<T, String> printer, boolean alsoNumber)
            implements SettingType<T> {
        @Override
        public T parse(String text) {
            return parser.apply(text);
        }

        @Override
        public Object json(T value) {
            return printer.apply(value);
        }

        @Override
        public Map<String, Object> jsonSchema() {
            return Map.of("type", alsoNumber ? List.of("string", "integer") : "string");
        }
    }

    /** A list of texts. {@code check} throws IllegalArgumentException for an invalid item. */
    record Texts(String placeholder, Consumer<String> check) implements SettingType<List<String>> {
        /** Parses one item; the readers of {@link SettingValues} combine the items. */
        @Override
        public List<String> parse(String text) {
            check.accept(text);
            return List.of(text);
        }

        @Override
        public Object json(List<String> value) {
            return value;
        }

        @Override
        public Map<String, Object> jsonSchema() {
            return JsonSchemas.object("type", List.of("array", "string"), "items", Map.of("type", "string"));
        }
    }

    private static <T> T choice(String text, Map<String, T> values) {
        T value = values.get(text);
        if (value != null) return value;
        throw new IllegalArgumentException("\"" + text + "\" is not one of its values; expected "
                + values.keySet().stream().sorted().collect(Collectors.joining(" or ")));
    }
}
