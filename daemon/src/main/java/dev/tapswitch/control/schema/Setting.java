package dev.tapswitch.control.schema;

import java.util.EnumSet;
import java.util.Set;

/**
 * The declaration of one setting. Immutable. Two settings are equal only if they are the same object.
 *
 * @param <T> the value as Java code uses it
 */
public final class Setting<T> {
    /** The places in which a setting can be given, besides the configuration file and the API, which accept all settings. */
    public enum Surface {
        /** An option of the command that adds a switch or a port. */
        ADD_COMMAND,
        /** An option of {@code tapswitch port set}: the setting can change while the port runs. */
        SET_COMMAND,
        /** A key of a lab file. */
        LAB,
        /** An option of {@code docker network create}: {@code -o tapswitch.KEY=VALUE}. */
        DOCKER
    }

    /** The subject of a setting, which determines how it can change. */
    public enum Subject {
        /** The switch's own behaviour. */
        FORWARDING,
        /** The network interface, which only its owner may change. */
        INTERFACE,
        /** The identity of the interface: another value means another port. */
        IDENTITY
    }

    private final String key;
    private final SettingType<T> type;
    private final T defaultValue;
    private final T dockerDefault;
    private final String help;
    private final String option;
    private final String defaultText;
    private final Set<Surface> surfaces;
    private final Subject subject;

    private Setting(Builder<T> builder) {
        this.key = builder.key;
        this.type = builder.type;
        this.defaultValue = builder.defaultValue;
        this.dockerDefault = builder.dockerDefault;
        this.help = builder.help;
        this.option = builder.option;
        this.defaultText = builder.defaultText;
        this.surfaces = Set.copyOf(builder.surfaces);
        this.subject = builder.subject;
    }

    /** Starts a declaration. {@code help}: one sentence without a subject, with a full stop. */
    public static <T> Builder<T> of(String key, SettingType<T> type, T defaultValue, String help) {
        return new Builder<>(key, type, defaultValue, help);
    }

    /** The key in YAML and JSON: lower case, words joined by hyphens. */
    public String key() {
        return key;
    }

    public SettingType<T> type() {
        return type;
    }

    public T defaultValue() {
        return defaultValue;
    }

    /** The default as an option of {@code docker network create}. */
    public T dockerDefault() {
        return dockerDefault;
    }

    /** What the setting does, for help texts and documentation. */
    public String help() {
        return help;
    }

    /** The option on the command line, "--mtu". */
    public String option() {
        return option;
    }

    /** The default as shown to users: the value, or what it depends on. */
    public String defaultText() {
        return defaultText;
    }

    /** Whether the default is a value that users can write, and does not depend on anything else. */
    public boolean hasPlainDefault() {
        Object shown = type.json(defaultValue);
        return shown != null && shown.toString().equals(defaultText);
    }

    public boolean isOn(Surface surface) {
        return surfaces.contains(surface);
    }

    public Subject subject() {
        return subject;
    }

    @Override
    public String toString() {
        return key;
    }

    /** Collects the optional parts of a declaration. */
    public static final class Builder<T> {
        private final String key;
        private final SettingType<T> type;
        private final T defaultValue;
        private final String help;
        private final Set<Surface> surfaces = EnumSet.of(Surface.ADD_COMMAND, Surface.SET_COMMAND, Surface.LAB);
        private T dockerDefault;
        private String option;
        private String defaultText;
        private Subject subject = Subject.FORWARDING;

        private Builder(String key, SettingType<T> type, T defaultValue, String help) {
            this.key = key;
            this.type = type;
            this.defaultValue = defaultValue;
            this.dockerDefault = defaultValue;
            this.help = help;
            this.option = "--" + key;
            Object shown = type.json(defaultValue);
            this.defaultText = shown == null ? "" : shown.toString();
        }

        /** The name of the option if it differs from the key: an option of a list takes one item. */
        public Builder<T> option(String name) {
            option = name;
            return this;
        }

        /** The default as shown to users, if it is not the default value. */
        public Builder<T> defaultText(String text) {
            defaultText = text;
            return this;
        }

        /** The setting is a property of the network interface. */
        public Builder<T> ofInterface() {
            subject = Subject.INTERFACE;
            return this;
        }

        /** The setting identifies the interface, so it cannot change while the port runs. */
        public Builder<T> ofIdentity() {
            subject = Subject.IDENTITY;
            return fixed();
        }

        /** The setting cannot change while the port, the switch or the daemon runs. */
        public Builder<T> fixed() {
            surfaces.remove(Surface.SET_COMMAND);
            return this;
        }

        /** The setting is not a key of lab files, because a lab chooses the value itself. */
        public Builder<T> notInLabs() {
            surfaces.remove(Surface.LAB);
            return this;
        }

        /** The setting can also be given for a Docker network. */
        public Builder<T> inDocker() {
            surfaces.add(Surface.DOCKER);
            return this;
        }

        /** As {@link #inDocker()}, with another default for Docker networks. */
        public Builder<T> inDocker(T otherDefault) {
            dockerDefault = otherDefault;
            return inDocker();
        }

        public Setting<T> build() {
            return new Setting<>(this);
        }
    }
}
