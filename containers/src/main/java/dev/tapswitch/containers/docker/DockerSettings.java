package dev.tapswitch.containers.docker;

import dev.tapswitch.control.config.PortConfig;
import dev.tapswitch.control.schema.PortSchema;
import dev.tapswitch.control.schema.Setting;
import dev.tapswitch.control.schema.Setting.Surface;
import dev.tapswitch.control.schema.SettingValues;
import dev.tapswitch.control.schema.SwitchSchema;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Tapswitch's own settings of a Docker network: the declared settings that are options of {@code docker network create}. */
final class DockerSettings {
    /** The settings of the switch, then those of its ports. */
    static final List<Setting<?>> ALL = Stream.of(SwitchSchema.ALL, PortSchema.ALL)
            .flatMap(List::stream)
            .filter(setting -> setting.isOn(Surface.DOCKER))
            .toList();

    private DockerSettings() {}

    /** The values that a network has if Docker gives no options. */
    static SettingValues defaults() {
        SettingValues values = SettingValues.DEFAULTS;
        for (Setting<?> setting : ALL) values = withDefault(values, setting);
        return values;
    }

    private static <T> SettingValues withDefault(SettingValues values, Setting<T> setting) {
        return values.with(setting, setting.dockerDefault());
    }

    /** The values with one of them parsed from a text. Throws IllegalArgumentException if it is not valid. */
    static <T> SettingValues with(SettingValues values, Setting<T> setting, String text) {
        return values.with(setting, setting.type().parse(text));
    }

    /** A value as a text that {@link #with} parses. */
    static <T> String text(SettingValues values, Setting<T> setting) {
        return String.valueOf(setting.type().json(values.get(setting)));
    }

    /** A port with the values of those settings of ports that {@code which} accepts. */
    static PortConfig on(PortConfig port, SettingValues values, Predicate<Setting<?>> which) {
        PortConfig changed = port;
        for (Setting<?> setting : ALL)
            if (PortSchema.ALL.contains(setting) && which.test(setting)) changed = copied(values, setting, changed);
        return changed;
    }

    private static <T> PortConfig copied(SettingValues from, Setting<T> setting, PortConfig to) {
        return to.with(setting, from.get(setting));
    }
}
