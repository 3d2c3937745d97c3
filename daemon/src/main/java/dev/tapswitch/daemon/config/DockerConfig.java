package dev.tapswitch.daemon.config;

import java.nio.file.Path;

/**
 * Whether, and where, the daemon is Docker's network driver.
 *
 * @param socket where dockerd looks for it; the file's name is the driver's
 */
public record DockerConfig(boolean enabled, Path socket) {
    public static final DockerConfig DEFAULT = new DockerConfig(false, Path.of("/run/docker/plugins/tapswitch.sock"));
}
