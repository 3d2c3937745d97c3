package dev.tapswitch.control.switches;

import dev.tapswitch.control.config.PortConfig;
import dev.tapswitch.control.config.StaticMac;
import dev.tapswitch.control.config.StaticNeighbour;
import dev.tapswitch.control.config.SwitchConfig;
import dev.tapswitch.control.schema.SettingValues;
import dev.tapswitch.control.schema.SwitchSchema;
import dev.tapswitch.core.bridge.LearningSwitch;
import dev.tapswitch.core.bridge.SwitchSettings;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A running switch with its ports. Must be called on the control thread. */
public final class RunningSwitch {
    private static final long MAX_SWEEP_MS = 10_000;
    private static final int SWEEPS_PER_AGEING = 30;

    final Map<String, RunningPort> ports = new LinkedHashMap<>();
    final List<StaticMac> staticMacs = new ArrayList<>();
    final List<StaticNeighbour> neighbours = new ArrayList<>();
    private final LearningSwitch learning;
    private SettingValues values;
    private SwitchSettings settings;
    private long sweptAtMs;

    RunningSwitch(String name, SettingValues values, int workers) {
        this.values = values;
        this.settings = SwitchSchema.settings(values);
        this.learning = new LearningSwitch(name, settings, workers);
    }

    public String name() {
        return learning.name();
    }

    public LearningSwitch learning() {
        return learning;
    }

    /** The settings of {@link SwitchSchema}. */
    public SettingValues values() {
        return values;
    }

    /** The settings in the form that the forwarding decision uses. */
    public SwitchSettings settings() {
        return settings;
    }

    public Collection<RunningPort> ports() {
        return ports.values();
    }

    /** The port of that name, or null. */
    public RunningPort port(String name) {
        return ports.get(name);
    }

    /** The port at that index, or null. */
    public RunningPort port(int index) {
        return ports.values().stream()
                .filter(port -> port.index() == index)
                .findFirst()
                .orElse(null);
    }

    /** The configuration from which this switch could be recreated. */
    public SwitchConfig config() {
        Map<String, PortConfig> configs = ports.values().stream()
                .collect(Collectors.toMap(
                        port -> port.config().name(), RunningPort::config, (a, b) -> b, LinkedHashMap::new));
        return new SwitchConfig(name(), values, configs, staticMacs, neighbours);
    }

    void change(SettingValues changed) {
        values = changed;
        settings = SwitchSchema.settings(changed);
        learning.update(settings);
    }

    /** Removes expired entries from the tables. Lookups ignore expired entries, so this only frees space and does not need to run at each call. */
    void age(long nowMs) {
        long periodMs = Math.min(MAX_SWEEP_MS, settings.ageingMs() / SWEEPS_PER_AGEING);
        boolean isEmpty =
                learning.macTable().size() == 0 && learning.neighbourTable().size() == 0;
        if (isEmpty || nowMs - sweptAtMs < periodMs) return;
        sweptAtMs = nowMs;
        learning.age(nowMs);
    }
}
