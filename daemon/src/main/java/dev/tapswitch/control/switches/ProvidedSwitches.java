package dev.tapswitch.control.switches;

import dev.tapswitch.control.config.SwitchConfig;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The switches of an {@link dev.tapswitch.control.integration.Integration}, which itself restores them after a restart. Users may add ports to them, but may not remove
 * the integration's switches and ports. The integration adds its switches with {@link #put} before the control service starts, and changes them later with {@link
 * ControlService#provide}.
 */
public final class ProvidedSwitches implements SwitchProvider {
    private final Map<String, SwitchConfig> switches = new LinkedHashMap<>();
    private final String description;
    private final String howToRemoveSwitch;
    private final String howToRemovePort;

    /**
     * Creates a source without switches.
     *
     * @param description what each of its switches is, for example "a container network"
     * @param howToRemoveSwitch what a user does to remove a switch, as a clause
     * @param howToRemovePort what a user does to remove a port
     */
    public ProvidedSwitches(String description, String howToRemoveSwitch, String howToRemovePort) {
        this.description = description;
        this.howToRemoveSwitch = howToRemoveSwitch;
        this.howToRemovePort = howToRemovePort;
    }

    /** Adds a switch, or replaces the one of the same name. Returns the replaced switch, or null. */
    public SwitchConfig put(SwitchConfig sw) {
        return switches.put(sw.name(), sw);
    }

    /** Returns the removed switch, or null. */
    SwitchConfig remove(String name) {
        return switches.remove(name);
    }

    /** Undoes {@link #put} or {@link #remove}. {@code before}: what it returned. */
    void restore(String name, SwitchConfig before) {
        if (before == null) switches.remove(name);
        else switches.put(name, before);
    }

    @Override
    public Map<String, SwitchConfig> switches() {
        return Collections.unmodifiableMap(switches);
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public Optional<String> whyKept(String switchName) {
        return has(switchName) ? Optional.of("is " + description + ": " + howToRemoveSwitch) : Optional.empty();
    }

    @Override
    public Optional<String> whyKept(String switchName, String portName) {
        return has(switchName, portName)
                ? Optional.of("belongs to " + description + ": " + howToRemovePort)
                : Optional.empty();
    }
}
