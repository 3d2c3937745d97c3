package dev.tapswitch.control.switches;

import dev.tapswitch.control.config.SwitchConfig;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The ports that an {@link dev.tapswitch.control.integration.Integration} adds to switches of any source, and itself restores after a restart. Users may not remove these ports,
 * nor the switches that have them. The integration sets them with {@link #put} before the control service starts, and later with {@link
 * ControlService#provide(ProvidedPorts, Map)}.
 */
public final class ProvidedPorts implements SwitchProvider {
    private final String description;
    private final String howToRemoveSwitch;
    private final String howToRemovePort;
    private Map<String, SwitchConfig> additions = Map.of();

    /**
     * Creates a source without ports.
     *
     * @param description what the ports belong to, for example "a container network"
     * @param howToRemoveSwitch what a user does before a switch with these ports can be removed, as a clause
     * @param howToRemovePort what a user does to remove a port
     */
    public ProvidedPorts(String description, String howToRemoveSwitch, String howToRemovePort) {
        this.description = description;
        this.howToRemoveSwitch = howToRemoveSwitch;
        this.howToRemovePort = howToRemovePort;
    }

    /** Replaces all ports. {@code additions}: see {@link SwitchProvider#additions}. */
    public void put(Map<String, SwitchConfig> additions) {
        this.additions = Collections.unmodifiableMap(new LinkedHashMap<>(additions));
    }

    /** Returns no switches, because this source only adds ports to switches of other sources. */
    @Override
    public Map<String, SwitchConfig> switches() {
        return Map.of();
    }

    @Override
    public Map<String, SwitchConfig> additions() {
        return additions;
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public Optional<String> whyKept(String switchName) {
        return additions.containsKey(switchName)
                ? Optional.of("is used by " + description + ": " + howToRemoveSwitch)
                : Optional.empty();
    }

    @Override
    public Optional<String> whyKept(String switchName, String portName) {
        return adds(switchName, portName)
                ? Optional.of("belongs to " + description + ": " + howToRemovePort)
                : Optional.empty();
    }
}
