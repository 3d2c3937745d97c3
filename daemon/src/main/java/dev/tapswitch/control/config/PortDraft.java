package dev.tapswitch.control.config;

import dev.tapswitch.control.schema.Setting;
import dev.tapswitch.control.schema.SettingType;
import java.util.List;

/** Builds a port from values that another program supplied. Finds all problems in one pass. Not thread-safe. */
public final class PortDraft {
    private final Problems problems = new Problems("", Problems.Format.JSON);
    private PortConfig port;

    /** A port with all defaults. */
    public PortDraft(String name) {
        this(PortConfig.of(name));
    }

    /** A port with these settings. */
    public PortDraft(PortConfig base) {
        this.port = base;
    }

    /** Sets a value that is known to be valid. */
    public <T> PortDraft set(Setting<T> setting, T value) {
        port = port.with(setting, value);
        return this;
    }

    /** Parses and sets a value; an empty text leaves the setting unchanged. */
    public <T> PortDraft read(Setting<T> setting, String text) {
        if (text.isEmpty()) return this;
        try {
            return set(setting, setting.type().parse(text));
        } catch (IllegalArgumentException e) {
            return problem(setting.key(), e.getMessage());
        }
    }

    /** Checks and sets a list. */
    public PortDraft read(Setting<List<String>> setting, List<String> texts) {
        if (!(setting.type() instanceof SettingType.Texts type))
            throw new IllegalArgumentException(setting + " is not a list");
        for (String text : texts) {
            try {
                type.check().accept(text);
            } catch (IllegalArgumentException e) {
                problem(setting.key(), e.getMessage());
            }
        }
        return set(setting, List.copyOf(texts));
    }

    /**
     * Returns the port.
     *
     * @throws ConfigException with all problems
     */
    public PortConfig build() throws ConfigException {
        try {
            SwitchReader.checkedName(port.name());
        } catch (IllegalArgumentException e) {
            problem("name", e.getMessage());
        }
        PortReader.check(port, this::problem);
        problems.check();
        return port;
    }

    private PortDraft problem(String key, String message) {
        problems.add(0, "ports." + port.name() + "." + key, message);
        return this;
    }
}
