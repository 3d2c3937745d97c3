package dev.tapswitch.daemon.config;

import dev.tapswitch.tap.loop.IoMode;
import dev.tapswitch.tap.loop.WorkerSettings;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * All that a config file says.
 *
 * @param socket where the control API listens
 * @param state the directory that keeps what was added by command or API
 * @param workers how many threads forward
 * @param busyPollNanos for how long after a frame each of them looks for more before it sleeps
 * @param logLevel as Logback names it
 * @param switches by name, in the order of the file
 */
public record Config(
        Path socket,
        Path state,
        IoMode io,
        int workers,
        long busyPollNanos,
        String logLevel,
        DockerConfig docker,
        Map<String, SwitchConfig> switches) {
    public static final Path DEFAULT_SOCKET = Path.of("/run/tapswitch/tapswitch.sock");
    public static final Path DEFAULT_STATE = Path.of("/var/lib/tapswitch");

    public Config {
        switches = Collections.unmodifiableMap(new LinkedHashMap<>(switches));
    }

    public WorkerSettings workerSettings() {
        return new WorkerSettings(io, workers, busyPollNanos);
    }

    /** Half the cores: the namespaces' own work needs the others. */
    public static int defaultWorkers() {
        return Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    }
}
