package dev.tapswitch.control.config;

import java.util.Collection;
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
        return isDeclared && !switches.containsKey(changed.name()) ? withPart(changed) : withWhole(changed);
    }

    /** A copy in which the switch belongs to users, because its other source is about to be removed. */
    public UserChanges owning(String name) {
        return withWhole(of(name));
    }

    /** A copy in which another source provides the switch, and users have only added ports and bindings to it. */
    public UserChanges disowning(String name) {
        return withPart(of(name));
    }

    /** A copy without these ports of a switch. Bindings to them stay. */
    public UserChanges withoutPorts(String name, Collection<String> ports) {
        SwitchConfig sw = of(name);
        if (Collections.disjoint(sw.ports().keySet(), ports)) return this;
        Map<String, PortConfig> left = new LinkedHashMap<>(sw.ports());
        left.keySet().removeAll(ports);
        return with(new SwitchConfig(name, sw.values(), left, sw.staticMacs(), sw.neighbours()), true);
    }

    private UserChanges withWhole(SwitchConfig sw) {
        Map<String, SwitchConfig> whole = new LinkedHashMap<>(switches);
        Map<String, SwitchConfig> parts = new LinkedHashMap<>(toDeclared);
        whole.put(sw.name(), sw);
        parts.remove(sw.name());
        return new UserChanges(whole, parts);
    }

    private UserChanges withPart(SwitchConfig sw) {
        Map<String, SwitchConfig> whole = new LinkedHashMap<>(switches);
        Map<String, SwitchConfig> parts = new LinkedHashMap<>(toDeclared);
        whole.remove(sw.name());
        if (sw.isEmpty()) parts.remove(sw.name());
        else parts.put(sw.name(), sw);
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

    /** The declared switches, and those that users have added, without their ports and bindings. A declaration takes precedence. */
    public Map<String, SwitchConfig> withSwitches(Map<String, SwitchConfig> declared) {
        Map<String, SwitchConfig> all = new LinkedHashMap<>(declared);
        switches.forEach((name, whole) ->
                all.putIfAbsent(name, new SwitchConfig(name, whole.values(), Map.of(), List.of(), whole.neighbours())));
        return all;
    }

    /** The declared switches with the additions. If both have the same name or device, the declaration takes precedence. */
    public Map<String, SwitchConfig> over(Map<String, SwitchConfig> declared) {
        Map<String, SwitchConfig> merged = withSwitches(declared);
        toDeclared.forEach((name, part) -> {
            if (declared.containsKey(name)) Additions.merge(merged, part);
        });
        switches.values().forEach(whole -> Additions.merge(merged, whole));
        return merged;
    }
}
