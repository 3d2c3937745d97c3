package dev.tapswitch.control.config;

import dev.tapswitch.control.schema.SettingValues;
import dev.tapswitch.control.schema.SwitchSchema;
import dev.tapswitch.core.bridge.SwitchSettings;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A switch as a user configured it.
 *
 * @param values the settings of {@link SwitchSchema}
 * @param ports by name, in the order of the file
 */
public record SwitchConfig(
        String name,
        SettingValues values,
        Map<String, PortConfig> ports,
        List<StaticMac> staticMacs,
        List<StaticNeighbour> neighbours) {
    public SwitchConfig {
        ports = Collections.unmodifiableMap(new LinkedHashMap<>(ports));
        staticMacs = List.copyOf(staticMacs);
        neighbours = List.copyOf(neighbours);
    }

    /** The settings in the form that the forwarding decision uses. */
    public SwitchSettings settings() {
        return SwitchSchema.settings(values);
    }

    /** A switch with all defaults. */
    public static SwitchConfig of(String name) {
        return new SwitchConfig(name, SettingValues.DEFAULTS, Map.of(), List.of(), List.of());
    }

    /** A copy with these settings. */
    public SwitchConfig with(SettingValues changed) {
        return new SwitchConfig(name, changed, ports, staticMacs, neighbours);
    }

    /** A copy with this port, which replaces one of the same name. */
    public SwitchConfig with(PortConfig port) {
        Map<String, PortConfig> changed = new LinkedHashMap<>(ports);
        changed.put(port.name(), port);
        return new SwitchConfig(name, values, changed, staticMacs, neighbours);
    }

    /** A copy without a port and the MACs that are bound to it. */
    public SwitchConfig without(String port) {
        Map<String, PortConfig> changed = new LinkedHashMap<>(ports);
        changed.remove(port);
        List<StaticMac> left =
                staticMacs.stream().filter(mac -> !mac.port().equals(port)).toList();
        return new SwitchConfig(name, values, changed, left, neighbours);
    }

    /** A copy with this binding, which replaces one of the same MAC and VLAN. */
    public SwitchConfig with(StaticMac mac) {
        List<StaticMac> changed = new ArrayList<>(without(mac.mac(), mac.vlan()).staticMacs);
        changed.add(mac);
        return new SwitchConfig(name, values, ports, changed, neighbours);
    }

    /** A copy without the binding of a MAC in a VLAN. */
    public SwitchConfig without(long mac, int vlan) {
        List<StaticMac> left = staticMacs.stream()
                .filter(bound -> bound.mac() != mac || bound.vlan() != vlan)
                .toList();
        return new SwitchConfig(name, values, ports, left, neighbours);
    }

    /** Whether it has neither ports nor static entries. */
    public boolean isEmpty() {
        return ports.isEmpty() && staticMacs.isEmpty() && neighbours.isEmpty();
    }
}
