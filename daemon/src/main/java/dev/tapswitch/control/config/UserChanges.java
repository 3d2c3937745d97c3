package dev.tapswitch.control.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What was added by command or API, beside what the config file declares.
 *
 * @param switches whole switches
 * @param toDeclared ports and bindings added to switches of the file; their settings mean nothing
 */
public record UserChanges(Map<String, SwitchConfig> switches, Map<String, SwitchConfig> toDeclared) {
    public static final UserChanges NONE = new UserChanges(Map.of(), Map.of());

    public UserChanges {
        switches = Collections.unmodifiableMap(new LinkedHashMap<>(switches));
        toDeclared = Collections.unmodifiableMap(new LinkedHashMap<>(toDeclared));
    }

    /** What was added to a switch, or the whole of it when it was added itself; nothing, but its name, when neither. */
    public SwitchConfig of(String name) {
        SwitchConfig own = switches.get(name);
        return own == null ? toDeclared.getOrDefault(name, SwitchConfig.of(name)) : own;
    }

    /** With this in place of what {@link #of} says now. */
    public UserChanges with(SwitchConfig changed, boolean isDeclared) {
        Map<String, SwitchConfig> whole = new LinkedHashMap<>(switches);
        Map<String, SwitchConfig> parts = new LinkedHashMap<>(toDeclared);
        if (!isDeclared) whole.put(changed.name(), changed);
        else if (changed.isEmpty()) parts.remove(changed.name());
        else parts.put(changed.name(), changed);
        return new UserChanges(whole, parts);
    }

    /** Without a switch and what was added to it. */
    public UserChanges without(String name) {
        Map<String, SwitchConfig> whole = new LinkedHashMap<>(switches);
        Map<String, SwitchConfig> parts = new LinkedHashMap<>(toDeclared);
        whole.remove(name);
        parts.remove(name);
        return new UserChanges(whole, parts);
    }

    /** The file's switches with the additions. Where both say something of the same name or device, the file is right. */
    public Map<String, SwitchConfig> over(Map<String, SwitchConfig> declared) {
        Map<String, SwitchConfig> merged = new LinkedHashMap<>(declared);
        toDeclared.forEach((name, part) -> {
            if (declared.containsKey(name)) merge(merged, part);
        });
        switches.forEach((name, whole) -> {
            merged.putIfAbsent(
                    name, new SwitchConfig(name, whole.values(), Map.of(), java.util.List.of(), whole.neighbours()));
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
