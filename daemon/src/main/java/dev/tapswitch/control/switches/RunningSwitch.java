package dev.tapswitch.control.switches;

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

/** A switch as it runs, with its ports. Control thread only. */
public final class RunningSwitch {
    private static final long LONGEST_SWEEP_MS = 10_000;
    private static final int SWEEPS_AN_AGE = 30;

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

    /** Of the settings in {@link SwitchSchema}. */
    public SettingValues values() {
        return values;
    }

    /** The same as the forwarding decision has them. */
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

    /** What it would take to make it again. */
    public SwitchConfig config() {
        Map<String, dev.tapswitch.control.config.PortConfig> configs = ports.values().stream()
                .collect(Collectors.toMap(
                        port -> port.config().name(), RunningPort::config, (a, b) -> b, LinkedHashMap::new));
        return new SwitchConfig(name(), values, configs, staticMacs, neighbours);
    }

    void change(SettingValues changed) {
        values = changed;
        settings = SwitchSchema.settings(changed);
        learning.update(settings);
    }

    /** Forgets what is too old. Lookups see to that themselves, so this only makes room: no more often than is needed for that. */
    void age(long nowMs) {
        long periodMs = Math.min(LONGEST_SWEEP_MS, settings.ageingMs() / SWEEPS_AN_AGE);
        boolean isEmpty =
                learning.macTable().size() == 0 && learning.neighbourTable().size() == 0;
        if (isEmpty || nowMs - sweptAtMs < periodMs) return;
        sweptAtMs = nowMs;
        learning.age(nowMs);
    }
}
