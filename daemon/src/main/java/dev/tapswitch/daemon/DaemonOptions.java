package dev.tapswitch.daemon;

import java.nio.file.Path;

/**
 * What the command line says to the daemon.
 *
 * @param config the YAML file
 * @param socket where the control API listens, instead of where the file says; null for where the file says
 */
public record DaemonOptions(Path config, Path socket) {
    public DaemonOptions(Path config) {
        this(config, null);
    }
}
