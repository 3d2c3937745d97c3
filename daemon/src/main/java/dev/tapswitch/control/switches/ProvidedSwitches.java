package dev.tapswitch.control.switches;

import dev.tapswitch.control.config.SwitchConfig;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The switches of an {@link dev.tapswitch.control.integration.Integration}, which keeps them over a restart itself. Users may add ports to them but not remove
 * what is the integration's. Before the start the integration puts its switches here; later changes go through {@link ControlService#provide}.
 */
public final class ProvidedSwitches implements SwitchProvider {
    private final Map<String, SwitchConfig> switches = new LinkedHashMap<>();
    private final String description;
    private final String howToRemoveSwitch;
    private final String howToRemovePort;

    /**
     * No switch yet.
     *
     * @param description what each of its switches is: "a container network"
     * @param howToRemoveSwitch what a user does to remove a switch, as a clause
     * @param howToRemovePort what a user does to remove a port
     */
    public ProvidedSwitches(String description, String howToRemoveSwitch, String howToRemovePort) {
        this.description = description;
        this.howToRemoveSwitch = howToRemoveSwitch;
        this.howToRemovePort = howToRemovePort;
    }

    /** Provides a switch, in place of another of its name. Returns the one before, or null. */
    public SwitchConfig put(SwitchConfig sw) {
        return switches.put(sw.name(), sw);
    }

    /** Returns the removed switch, or null. */
    SwitchConfig remove(String name) {
        return switches.remove(name);
    }

    /** Restores what {@link #put} or {@link #remove} has replaced. */
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
    public Optional<String> howToRemove(String switchName) {
        return has(switchName) ? Optional.of(howToRemoveSwitch) : Optional.empty();
    }

    @Override
    public Optional<String> howToRemove(String switchName, String portName) {
        return has(switchName, portName) ? Optional.of(howToRemovePort) : Optional.empty();
    }
}
