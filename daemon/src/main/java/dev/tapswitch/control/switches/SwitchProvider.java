package dev.tapswitch.control.switches;

import dev.tapswitch.control.config.SwitchConfig;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A source of switches and ports. {@link ControlService} composes a list of them in order of precedence: the config file, container runtimes, and what
 * users have added. Must be called on the control thread.
 */
public interface SwitchProvider {
    /** The switches that this source provides, by name. */
    Map<String, SwitchConfig> switches();

    /** Adds what this source provides to what the sources before it in the list provide, which take precedence. */
    default Map<String, SwitchConfig> over(Map<String, SwitchConfig> before) {
        Map<String, SwitchConfig> all = new LinkedHashMap<>(before);
        switches().forEach(all::putIfAbsent);
        return all;
    }

    /** Whether this source provides the switch. */
    default boolean has(String switchName) {
        return switches().containsKey(switchName);
    }

    /** Whether this source provides the port. */
    default boolean has(String switchName, String portName) {
        return has(switchName) && switches().get(switchName).ports().containsKey(portName);
    }

    /** What each of its switches is, for error messages: "a container network". */
    String description();

    /** What a user does instead of removing this switch by command; empty if the switch can be removed by command. */
    default Optional<String> howToRemove(String switchName) {
        return Optional.empty();
    }

    /** What a user does instead of removing this port by command; empty if the port can be removed by command. */
    default Optional<String> howToRemove(String switchName, String portName) {
        return Optional.empty();
    }
}
