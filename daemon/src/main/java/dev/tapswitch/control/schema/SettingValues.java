package dev.tapswitch.control.schema;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** Values of settings. A setting without a value has its default. Immutable. */
public final class SettingValues {
    /** All settings have their defaults. */
    public static final SettingValues DEFAULTS = new SettingValues(Map.of());

    /** Only values that differ from the default, so that equal values are equal maps. */
    private final Map<Setting<?>, Object> values;

    private SettingValues(Map<Setting<?>, Object> values) {
        this.values = values;
    }

    @SuppressWarnings("unchecked") // with() puts a T under a Setting<T>
    public <T> T get(Setting<T> setting) {
        Object value = values.get(setting);
        return value == null ? setting.defaultValue() : (T) value;
    }

    public <T> SettingValues with(Setting<T> setting, T value) {
        Map<Setting<?>, Object> changed = new HashMap<>(values);
        if (value.equals(setting.defaultValue())) changed.remove(setting);
        else changed.put(setting, value);
        return new SettingValues(changed);
    }

    /** The values of these settings only; all others have their defaults. */
    public SettingValues only(List<Setting<?>> schema) {
        Map<Setting<?>, Object> kept = new HashMap<>(values);
        kept.keySet().retainAll(schema);
        return new SettingValues(kept);
    }

    /** The settings of {@code schema} as JSON, by key, in its order. Settings that are not shown are left out. */
    public Map<String, Object> json(List<Setting<?>> schema) {
        Map<String, Object> json = new LinkedHashMap<>();
        for (Setting<?> setting : schema) {
            Object shown = shown(setting);
            if (shown != null) json.put(setting.key(), shown);
        }
        return json;
    }

    /** The settings in {@code schema} whose values differ: {@code mtu 1500 -> 9000, up true -> false}. */
    public String difference(SettingValues after, List<Setting<?>> schema) {
        return schema.stream()
                .filter(setting -> !Objects.equals(get(setting), after.get(setting)))
                .map(setting -> setting.key() + " " + text(shown(setting)) + " -> " + text(after.shown(setting)))
                .collect(Collectors.joining(", "));
    }

    private <T> Object shown(Setting<T> setting) {
        return setting.type().json(get(setting));
    }

    private static String text(Object value) {
        return switch (value) {
            case null -> "any";
            case List<?> list ->
                list.isEmpty() ? "none" : list.stream().map(Object::toString).collect(Collectors.joining(" "));
            default -> value.toString();
        };
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SettingValues same && values.equals(same.values);
    }

    @Override
    public int hashCode() {
        int sum = 0;
        for (var entry : values.entrySet())
            sum += entry.getKey().key().hashCode() ^ entry.getValue().hashCode();
        return sum;
    }

    @Override
    public String toString() {
        return values.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .sorted()
                .collect(Collectors.joining(", ", "{", "}"));
    }
}
