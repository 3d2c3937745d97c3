package dev.tapswitch.control.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The steps from one set of switches to another, in an order that works: first what goes, so that its devices' names are free, then
 * what changes, then what comes. What did not change is not in it. Pure.
 */
public final class ConfigDiff {
    private final Map<String, SwitchConfig> before;
    private final Map<String, SwitchConfig> after;
    private final List<Change> changes = new ArrayList<>();

    private ConfigDiff(Map<String, SwitchConfig> before, Map<String, SwitchConfig> after) {
        this.before = before;
        this.after = after;
    }

    public static List<Change> between(Map<String, SwitchConfig> before, Map<String, SwitchConfig> after) {
        ConfigDiff difference = new ConfigDiff(before, after);
        difference.whatGoes();
        difference.whatChanges();
        difference.whatComes();
        return List.copyOf(difference.changes);
    }

    private void whatGoes() {
        for (SwitchConfig old : before.values()) {
            SwitchConfig young = orNothing(after, old.name());
            for (StaticMac mac : old.staticMacs()) {
                if (!young.staticMacs().contains(mac)) changes.add(new Change.MacRemoved(old.name(), mac));
            }
            for (StaticNeighbour neighbour : old.neighbours()) {
                if (!young.neighbours().contains(neighbour))
                    changes.add(new Change.NeighbourRemoved(old.name(), neighbour));
            }
            for (PortConfig port : old.ports().values()) {
                if (!stays(port, young)) changes.add(new Change.PortRemoved(old.name(), port));
            }
            if (!after.containsKey(old.name())) changes.add(new Change.SwitchRemoved(old.name(), old.values()));
        }
    }

    private void whatChanges() {
        for (SwitchConfig young : after.values()) {
            SwitchConfig old = before.get(young.name());
            if (old == null) {
                changes.add(new Change.SwitchAdded(young.name(), young.values()));
                continue;
            }
            if (!old.values().equals(young.values())) {
                changes.add(new Change.SettingsChanged(young.name(), old.values(), young.values()));
            }
            for (PortConfig port : old.ports().values()) {
                PortConfig changed = young.ports().get(port.name());
                if (stays(port, young) && !port.equals(changed))
                    changes.add(new Change.PortChanged(young.name(), port, changed));
            }
        }
    }

    private void whatComes() {
        for (SwitchConfig young : after.values()) {
            SwitchConfig old = orNothing(before, young.name());
            for (PortConfig port : young.ports().values()) {
                if (!stays(port, old)) changes.add(new Change.PortAdded(young.name(), port));
            }
            for (StaticMac mac : young.staticMacs()) {
                boolean portIsNew = !old.ports().containsKey(mac.port())
                        || !stays(old.ports().get(mac.port()), young);
                if (portIsNew || !old.staticMacs().contains(mac)) changes.add(new Change.MacAdded(young.name(), mac));
            }
            for (StaticNeighbour neighbour : young.neighbours()) {
                if (!old.neighbours().contains(neighbour))
                    changes.add(new Change.NeighbourAdded(young.name(), neighbour));
            }
        }
    }

    /** On the same device: on another it is another port. */
    private static boolean stays(PortConfig port, SwitchConfig other) {
        PortConfig namesake = other.ports().get(port.name());
        return namesake != null && namesake.isSameDevice(port);
    }

    private static SwitchConfig orNothing(Map<String, SwitchConfig> switches, String name) {
        return switches.getOrDefault(name, SwitchConfig.of(name));
    }
}
