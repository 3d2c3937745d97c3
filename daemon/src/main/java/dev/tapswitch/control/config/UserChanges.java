package dev.tapswitch.control.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The switches, ports and bindings that users have added by command or API. Immutable.
 *
 * @param switches the switches that users have added, by name
 * @param toDeclared the ports and bindings that users have added to switches of other sources; the settings of these entries are unused
 */
public record UserChanges(Map<String, SwitchConfig> switches, Map<String, SwitchConfig> toDeclared) {
    public static final UserChanges NONE = new UserChanges(Map.of(), Map.of());

    public UserChanges {
        switches = Collections.unmodifiableMap(new LinkedHashMap<>(switches));
        toDeclared = Collections.unmodifiableMap(new LinkedHashMap<>(toDeclared));
    }

    /** The additions to a switch, or the whole switch if a user added it; otherwise an empty switch. */
    public SwitchConfig of(String name) {
        SwitchConfig own = switches.get(name);
        return own == null ? toDeclared.getOrDefault(name, SwitchConfig.of(name)) : own;
    }

    /** A copy in which {@link #of} returns {@code changed}. {@code isDeclared}: whether another source provides the switch. */
    public UserChanges with(SwitchConfig changed, boolean isDeclared) {
        Map<String, SwitchConfig> whole = new LinkedHashMap<>(switches);
        Map<String, SwitchConfig> parts = new LinkedHashMap<>(toDeclared);
        if (!isDeclared) whole.put(changed.name(), changed);
        else if (changed.isEmpty()) parts.remove(changed.name());
        else parts.put(changed.name(), changed);
        return new UserChanges(whole, parts);
    }

    /** A copy without a switch and the additions to it. */
    public UserChanges without(String name) {
        Map<String, SwitchConfig> whole = new LinkedHashMap<>(switches);
        Map<String, SwitchConfig> parts = new LinkedHashMap<>(toDeclared);
        whole.remove(name);
        parts.remove(name);
        return new UserChanges(whole, parts);
    }

    /** The declared switches with the additions. If both have the same name or device, the declaration takes precedence. */
    public Map<String, SwitchConfig> over(Map<String, SwitchConfig> declared) {
        Map<String, SwitchConfig> merged = new LinkedHashMap<>(declared);
        toDeclared.forEach((name, part) -> {
            if (declared.containsKey(name)) merge(merged, part);
        });
        switches.forEach((name, whole) -> {
            merged.putIfAbsent(name, new SwitchConfig(name, whole.values(), Map.of(), List.of(), whole.neighbours()));
            merge(merged, whole);
        });
        return merged;
    }

    private static void merge(Map<String, SwitchConfig> merged, SwitchConfig part) {
        SwitchConfig sw = merged.get(part.name());
        for (PortConfig port : part.ports().values()) {
            boolean taken = merged.values().stream()
                    .flatMap(each -> each.ports().values().stream())
                    .anyMatch(port::isSameDevice);
            if (!taken && !sw.ports().containsKey(port.name())) sw = sw.with(port);
        }
        for (StaticMac mac : part.staticMacs()) {
            boolean declared =
                    sw.staticMacs().stream().anyMatch(other -> other.mac() == mac.mac() && other.vlan() == mac.vlan());
            if (!declared && sw.ports().containsKey(mac.port())) sw = sw.with(mac);
        }
        merged.put(part.name(), sw);
    }
}
