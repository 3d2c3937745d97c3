package dev.tapswitch.control.config;

import dev.tapswitch.control.schema.DaemonSchema;
import dev.tapswitch.control.schema.DockerSchema;
import dev.tapswitch.control.schema.Setting;
import dev.tapswitch.control.schema.Setting.Surface;
import dev.tapswitch.control.schema.SettingValues;
import dev.tapswitch.dataplane.WorkerSettings;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The contents of a configuration file.
 *
 * @param values the settings of {@link DaemonSchema}
 * @param docker the settings of {@link DockerSchema}
 * @param switches by name, in the order of the file
 */
public record Config(SettingValues values, SettingValues docker, Map<String, SwitchConfig> switches) {
    private static final String AT_NEXT_START = " takes effect when the daemon is started again";

    public Config {
        switches = Collections.unmodifiableMap(new LinkedHashMap<>(switches));
    }

    /** A setting of the daemon. */
    public <T> T get(Setting<T> setting) {
        return values.get(setting);
    }

    /** The differences between the daemon's own settings, one sentence each. Most take effect at the next start. */
    public List<String> daemonChanges(Config after) {
        List<String> changes = new ArrayList<>();
        for (Setting<?> setting : DaemonSchema.ALL) {
            String change = values.difference(after.values, List.of(setting));
            if (!change.isEmpty()) changes.add(change + (setting.isOn(Surface.SET_COMMAND) ? "" : AT_NEXT_START));
        }
        String change = docker.difference(after.docker, DockerSchema.ALL);
        if (!change.isEmpty()) changes.add("docker: " + change + AT_NEXT_START);
        return changes;
    }

    /** The settings of the workers. */
    public WorkerSettings workerSettings() {
        return new WorkerSettings(get(DaemonSchema.IO), get(DaemonSchema.WORKERS), get(DaemonSchema.BUSY_POLL_NANOS));
    }
}
