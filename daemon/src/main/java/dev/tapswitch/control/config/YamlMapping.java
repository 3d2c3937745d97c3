package dev.tapswitch.control.config;

import dev.tapswitch.control.config.Problems.Format;
import dev.tapswitch.control.schema.Setting;
import dev.tapswitch.control.schema.SettingType;
import dev.tapswitch.control.schema.SettingValues;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * A YAML mapping whose keys are read one by one. An invalid value is reported as a problem and read as the default, so that one pass finds all problems.
 * Keys that were never read are unknown: see {@link #reportUnknownKeys()}. Not thread-safe.
 */
final class YamlMapping {
    private final Map<String, Node> values = new LinkedHashMap<>();
    private final Map<String, Node> keys = new LinkedHashMap<>();
    private final Set<String> known = new LinkedHashSet<>();
    private final Node node;
    private final String path;
    private final Problems problems;

    /** {@code node}: null or a null scalar for an empty mapping. */
    YamlMapping(Node node, String path, Problems problems) {
        this.node = node;
        this.path = path;
        this.problems = problems;
        if (node instanceof MappingNode mapping) mapping.getValue().forEach(this::add);
        else if (!isNull(node))
            problems.add(node, path, describe(node) + "; expected settings, one \"key: value\" a line");
    }

    /** All keys with their values. All of them count as read. */
    Map<String, Node> entries() {
        known.addAll(values.keySet());
        return values;
    }

    /** Whether the key has a value that is not null. */
    boolean has(String key) {
        return !isNull(values.get(key));
    }

    /** The value of a key, which counts as read; null if there is none. */
    Node value(String key) {
        known.add(key);
        return values.get(key);
    }

    /** The mapping at a key; empty if there is none. */
    YamlMapping mapping(String key) {
        return new YamlMapping(value(key), pathOf(key), problems);
    }

    /** A copy of {@code base} with the settings of {@code schema} that the mapping contains. */
    SettingValues settings(List<Setting<?>> schema, SettingValues base) {
        SettingValues read = base;
        for (Setting<?> setting : schema) read = read(setting, read);
        return read;
    }

    private <T> SettingValues read(Setting<T> setting, SettingValues base) {
        return base.with(setting, value(setting, base.get(setting)));
    }

    @SuppressWarnings("unchecked") // the type of a setting whose type is Texts is List<String>
    private <T> T value(Setting<T> setting, T defaultValue) {
        if (setting.type() instanceof SettingType.Texts list)
            return (T) texts(setting.key(), list.check(), (List<String>) defaultValue);
        return typed(setting.key(), setting.type(), defaultValue);
    }

    /** A scalar as text. */
    String text(String key, String defaultValue) {
        return parsed(key, text -> text, defaultValue);
    }

    /** A whole number. */
    int number(String key, int min, int max, int defaultValue) {
        return typed(key, new SettingType.WholeNumber(min, max), defaultValue);
    }

    /** A scalar of a type. In JSON, numbers and booleans must not be strings. */
    private <T> T typed(String key, SettingType<T> type, T defaultValue) {
        boolean isQuoted = problems.format() == Format.JSON
                && value(key) instanceof ScalarNode scalar
                && scalar.getTag().equals(Tag.STR);
        Optional<String> expected = isQuoted ? type.unquoted() : Optional.empty();
        if (expected.isEmpty()) return parsed(key, type::parse, defaultValue);
        problem(key, "is a string; expected " + expected.get());
        return defaultValue;
    }

    /** A scalar, read by {@code parser}, whose IllegalArgumentException says what was expected. */
    <T> T parsed(String key, Function<String, T> parser, T defaultValue) {
        Node value = value(key);
        if (isNull(value)) return defaultValue;
        if (!(value instanceof ScalarNode scalar)) {
            problem(key, describe(value) + "; expected one value");
            return defaultValue;
        }
        try {
            return parser.apply(scalar.getValue());
        } catch (IllegalArgumentException e) {
            problem(key, e.getMessage());
            return defaultValue;
        }
    }

    /** A list of scalars, or one scalar for a list of one. {@code check} throws IllegalArgumentException for an invalid item. */
    List<String> texts(String key, Consumer<String> check, List<String> defaultValue) {
        Node value = value(key);
        if (isNull(value)) return defaultValue;
        List<String> texts = new ArrayList<>();
        for (Node item : items(value)) {
            if (!(item instanceof ScalarNode scalar)) {
                problems.add(item, pathOf(key), describe(item) + "; expected a list of strings");
                continue;
            }
            try {
                check.accept(scalar.getValue());
                texts.add(scalar.getValue());
            } catch (IllegalArgumentException e) {
                problems.add(item, pathOf(key), e.getMessage());
            }
        }
        return List.copyOf(texts);
    }

    /** The mappings in the list at a key. */
    List<YamlMapping> mappings(String key) {
        Node value = value(key);
        if (isNull(value)) return List.of();
        if (!(value instanceof SequenceNode list)) {
            problem(key, describe(value) + "; expected a list, each item on a line that begins with \"- \"");
            return List.of();
        }
        List<YamlMapping> mappings = new ArrayList<>();
        for (Node item : list.getValue())
            mappings.add(new YamlMapping(item, pathOf(key) + "[" + mappings.size() + "]", problems));
        return mappings;
    }

    /** Reports a problem of the value at a key. */
    void problem(String key, String message) {
        Node at = values.getOrDefault(key, node);
        problems.add(at == null ? 0 : Problems.lineOf(at), pathOf(key), message);
    }

    /** Reports a problem of the mapping as a whole. */
    void problem(String message) {
        problems.add(node == null ? 0 : Problems.lineOf(node), path, message);
    }

    /** Reports all keys that were not read as unknown. Must be called after all known keys were read. */
    void reportUnknownKeys() {
        values.keySet().stream()
                .filter(key -> !known.contains(key))
                .forEach(key -> problems.add(keys.get(key), pathOf(key), "unknown setting; " + suggestion(key)));
    }

    String pathOf(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private String suggestion(String key) {
        return Suggestions.nearest(key, known)
                .map(near -> "did you mean \"" + near + "\"?")
                .orElseGet(() -> "expected one of " + String.join(", ", known));
    }

    private void add(NodeTuple tuple) {
        if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
            problems.add(tuple.getKeyNode(), path, "a key that is a list or a mapping; expected a name");
            return;
        }
        String name = key.getValue();
        if (keys.containsKey(name)) {
            String first = Problems.lineOf(keys.get(name)) > 0
                    ? " (first in line " + Problems.lineOf(keys.get(name)) + ")"
                    : "";
            problems.add(key, pathOf(name), "is given twice" + first + "; expected it once");
            return;
        }
        keys.put(name, key);
        values.put(name, tuple.getValueNode());
    }

    private static List<Node> items(Node value) {
        return value instanceof SequenceNode list ? list.getValue() : List.of(value);
    }

    static boolean isNull(Node node) {
        return node == null
                || node instanceof ScalarNode scalar && scalar.getTag().equals(Tag.NULL);
    }

    private static String describe(Node node) {
        return switch (node) {
            case SequenceNode list -> "is a list";
            case MappingNode mapping -> "is a mapping";
            case ScalarNode scalar -> "\"" + scalar.getValue() + "\" is one value";
            default -> "is neither value, list nor mapping";
        };
    }
}
