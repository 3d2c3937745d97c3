package dev.tapswitch.control.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The steps from one set of switches to another, in the order in which they can be made: first removals, so that the names of devices are free, then
 * changes, then additions. What does not differ has no step. Pure.
 */
public final class ConfigDiff {
    private final Map<String, SwitchConfig> before;
    private final Map<String, SwitchConfig> after;
    private final List<Change> changes = new ArrayList<>();

    private ConfigDiff(Map<String, SwitchConfig> before, Map<String, SwitchConfig> after) {
        this.before = before;
        this.after = after;
    }

    /** The steps from {@code before} to {@code after}. */
    public static List<Change> between(Map<String, SwitchConfig> before, Map<String, SwitchConfig> after) {
        ConfigDiff difference = new ConfigDiff(before, after);
        difference.addRemovals();
        difference.addChanges();
        difference.addAdditions();
        return List.copyOf(difference.changes);
    }

    private void addRemovals() {
        for (SwitchConfig from : before.values()) {
            SwitchConfig to = orEmpty(after, from.name());
            for (StaticMac mac : from.staticMacs()) {
                if (!to.staticMacs().contains(mac)) changes.add(new Change.MacRemoved(from.name(), mac));
            }
            for (StaticNeighbour neighbour : from.neighbours()) {
                if (!to.neighbours().contains(neighbour))
                    changes.add(new Change.NeighbourRemoved(from.name(), neighbour));
            }
            for (PortConfig port : from.ports().values()) {
                if (!stays(port, to)) changes.add(new Change.PortRemoved(from.name(), port));
            }
            if (!after.containsKey(from.name())) changes.add(new Change.SwitchRemoved(from.name(), from.values()));
        }
    }

    private void addChanges() {
        for (SwitchConfig to : after.values()) {
            SwitchConfig from = before.get(to.name());
            if (from == null) {
                changes.add(new Change.SwitchAdded(to.name(), to.values()));
                continue;
            }
            if (!from.values().equals(to.values())) {
                changes.add(new Change.SettingsChanged(to.name(), from.values(), to.values()));
            }
            for (PortConfig port : from.ports().values()) {
                PortConfig changed = to.ports().get(port.name());
                if (stays(port, to) && !port.equals(changed))
                    changes.add(new Change.PortChanged(to.name(), port, changed));
            }
        }
    }

    private void addAdditions() {
        for (SwitchConfig to : after.values()) {
            SwitchConfig from = orEmpty(before, to.name());
            for (PortConfig port : to.ports().values()) {
                if (!stays(port, from)) changes.add(new Change.PortAdded(to.name(), port));
            }
            for (StaticMac mac : to.staticMacs()) {
                boolean portIsNew = !from.ports().containsKey(mac.port())
                        || !stays(from.ports().get(mac.port()), to);
                if (portIsNew || !from.staticMacs().contains(mac)) changes.add(new Change.MacAdded(to.name(), mac));
            }
            for (StaticNeighbour neighbour : to.neighbours()) {
                if (!from.neighbours().contains(neighbour))
                    changes.add(new Change.NeighbourAdded(to.name(), neighbour));
            }
        }
    }

    /** Whether the other switch has the port on the same device. A port of the same name on another device is another port. */
    private static boolean stays(PortConfig port, SwitchConfig other) {
        PortConfig namesake = other.ports().get(port.name());
        return namesake != null && namesake.isSameDevice(port);
    }

    private static SwitchConfig orEmpty(Map<String, SwitchConfig> switches, String name) {
        return switches.getOrDefault(name, SwitchConfig.of(name));
    }
}
