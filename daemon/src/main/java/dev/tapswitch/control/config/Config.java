package dev.tapswitch.control.config;

import dev.tapswitch.control.schema.DaemonSchema;
import dev.tapswitch.control.schema.DockerSchema;
import dev.tapswitch.control.schema.Setting;
import dev.tapswitch.control.schema.SettingValues;
import dev.tapswitch.dataplane.worker.WorkerSettings;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The contents of a configuration file.
 *
 * @param values of the settings in {@link DaemonSchema}
 * @param docker of the settings in {@link DockerSchema}
 * @param switches by name, in the order of the file
 */
public record Config(SettingValues values, SettingValues docker, Map<String, SwitchConfig> switches) {
    public Config {
        switches = Collections.unmodifiableMap(new LinkedHashMap<>(switches));
    }

    /** A setting of the daemon. */
    public <T> T get(Setting<T> setting) {
        return values.get(setting);
    }

    public WorkerSettings workerSettings() {
        return new WorkerSettings(get(DaemonSchema.IO), get(DaemonSchema.WORKERS), get(DaemonSchema.BUSY_POLL_NANOS));
    }
}
