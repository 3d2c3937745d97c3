package dev.tapswitch.control.config;

import java.util.LinkedHashMap;
import java.util.Map;

/** Ports and bindings that one source adds to switches of other sources. Pure. */
public final class Additions {
    private Additions() {}

    /**
     * The switches with additions. A switch that does not exist yet has default settings.
     *
     * @param additions by the name of the switch; the settings of these entries are unused
     */
    public static Map<String, SwitchConfig> to(
            Map<String, SwitchConfig> switches, Map<String, SwitchConfig> additions) {
        Map<String, SwitchConfig> merged = new LinkedHashMap<>(switches);
        additions.forEach((name, part) -> {
            merged.putIfAbsent(name, SwitchConfig.of(name));
            merge(merged, part);
        });
        return merged;
    }

    /**
     * Adds the ports and bindings of {@code part} to the switch of its name. An existing port with the same name or device takes precedence, and so does
     * an existing binding of the same MAC and VLAN.
     */
    static void merge(Map<String, SwitchConfig> switches, SwitchConfig part) {
        SwitchConfig sw = switches.get(part.name());
        for (PortConfig port : part.ports().values()) {
            boolean taken = switches.values().stream()
                    .flatMap(each -> each.ports().values().stream())
                    .anyMatch(port::isSameDevice);
            if (!taken && !sw.ports().containsKey(port.name())) sw = sw.with(port);
        }
        for (StaticMac mac : part.staticMacs()) {
            boolean declared =
                    sw.staticMacs().stream().anyMatch(other -> other.mac() == mac.mac() && other.vlan() == mac.vlan());
            if (!declared && sw.ports().containsKey(mac.port())) sw = sw.with(mac);
        }
        switches.put(part.name(), sw);
    }
}
