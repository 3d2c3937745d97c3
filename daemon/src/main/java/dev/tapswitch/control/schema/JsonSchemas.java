package dev.tapswitch.control.schema;

import dev.tapswitch.control.schema.Setting.Surface;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** JSON Schema (draft 2020-12) of the files that users write, and of the API's settings, as nested maps. */
public final class JsonSchemas {
    private static final Map<String, Object> MAC = Map.of("type", "string");
    private static final Map<String, Object> VLAN = object("type", "integer", "minimum", 0, "maximum", 4_094);

    private JsonSchemas() {}

    /** The schema of the configuration file. */
    public static Map<String, Object> ofConfig() {
        Map<String, Object> properties = properties(DaemonSchema.ALL, setting -> true);
        properties.put("docker", closed(properties(DockerSchema.ALL, setting -> true)));
        properties.put("switches", mapOf(switchSchema()));
        return document("Tapswitch configuration", properties, List.of());
    }

    /** The schema of a lab file. */
    public static Map<String, Object> ofLab() {
        Map<String, Object> properties = properties(DaemonSchema.ALL, setting -> setting.isOn(Surface.LAB));
        properties.put(
                "name",
                object("type", "string", "description", "The name of the lab; by default the name of the file."));
        properties.put("switches", mapOf(switchSchema()));
        Map<String, Object> attachment = properties(PortSchema.ALL, setting -> setting.isOn(Surface.LAB));
        for (String key : List.of("switch", "device", "port")) attachment.put(key, Map.of("type", "string"));
        Map<String, Object> single = closed(attachment);
        Map<String, Object> several = object("type", "array", "items", single);
        Map<String, Object> named = closed(object("namespace", Map.of("type", "string"), "attachments", several));
        properties.put("nodes", mapOf(object("anyOf", List.of(single, several, named, Map.of("type", "null")))));
        return document("Tapswitch lab", properties, List.of("switches", "nodes"));
    }

    /** The schemas of the settings in {@code schema}, by key. */
    public static Map<String, Object> properties(List<Setting<?>> schema, Predicate<Setting<?>> condition) {
        Map<String, Object> properties = new LinkedHashMap<>();
        for (Setting<?> setting : schema) if (condition.test(setting)) properties.put(setting.key(), of(setting));
        return properties;
    }

    private static Map<String, Object> switchSchema() {
        Map<String, Object> properties = properties(SwitchSchema.ALL, setting -> true);
        properties.put("ports", mapOf(nullable(closed(properties(PortSchema.ALL, setting -> true)))));
        Map<String, Object> mac = closed(object("mac", MAC, "port", Map.of("type", "string"), "vlan", VLAN));
        properties.put("static-macs", object("type", "array", "items", mac));
        Map<String, Object> neighbour = closed(object("address", Map.of("type", "string"), "mac", MAC));
        properties.put("neighbours", object("type", "array", "items", neighbour));
        return nullable(closed(properties));
    }

    private static <T> Map<String, Object> of(Setting<T> setting) {
        Map<String, Object> schema = new LinkedHashMap<>(setting.type().jsonSchema());
        boolean isPlain = setting.hasPlainDefault();
        schema.put(
                "description", isPlain ? setting.help() : setting.help() + " Default: " + setting.defaultText() + ".");
        if (isPlain) schema.put("default", setting.type().json(setting.defaultValue()));
        return schema;
    }

    private static Map<String, Object> document(String title, Map<String, Object> properties, List<String> required) {
        Map<String, Object> document =
                object("$schema", "https://json-schema.org/draft/2020-12/schema", "title", title);
        document.putAll(closed(properties));
        if (!required.isEmpty()) document.put("required", required);
        return document;
    }

    private static Map<String, Object> mapOf(Map<String, Object> values) {
        return nullable(object("type", "object", "additionalProperties", values));
    }

    private static Map<String, Object> closed(Map<String, Object> properties) {
        return object("type", "object", "properties", properties, "additionalProperties", false);
    }

    /** Allows null: a key without a value is read as an empty mapping. */
    private static Map<String, Object> nullable(Map<String, Object> schema) {
        Map<String, Object> nullable = new LinkedHashMap<>(schema);
        nullable.put("type", List.of("object", "null"));
        return nullable;
    }

    /** A map with these keys, each followed by its value, in this order. */
    static Map<String, Object> object(Object... keysAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) map.put((String) keysAndValues[i], keysAndValues[i + 1]);
        return map;
    }
}
