package dev.tapswitch.control.switches;

import dev.tapswitch.control.config.SwitchConfig;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A source of switches and ports. {@link SwitchSources} composes a list of them in order of precedence: the config file, container runtimes, and what
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

    /**
     * The ports and bindings that this source adds to switches of any source, by the name of the switch; the settings of these entries are unused. A
     * switch that no source provides exists with default settings as long as there is an entry for it.
     */
    default Map<String, SwitchConfig> additions() {
        return Map.of();
    }

    /** Whether this source adds the port to a switch of any source. */
    default boolean adds(String switchName, String portName) {
        SwitchConfig added = additions().get(switchName);
        return added != null && added.ports().containsKey(portName);
    }

    /** Whether this source provides the port, in its own switch or as an addition. */
    default boolean has(String switchName, String portName) {
        return adds(switchName, portName)
                || has(switchName) && switches().get(switchName).ports().containsKey(portName);
    }

    /** What each of its switches is, for error messages: "a container network". */
    String description();

    /**
     * Why a user cannot remove this switch by command, and what to do instead, as the predicate of a sentence: "is a container network: remove it with ...".
     * Empty if the switch can be removed by command.
     */
    default Optional<String> whyKept(String switchName) {
        return Optional.empty();
    }

    /** Why a user cannot remove this port by command, and what to do instead; empty if the port can be removed by command. */
    default Optional<String> whyKept(String switchName, String portName) {
        return Optional.empty();
    }
}
