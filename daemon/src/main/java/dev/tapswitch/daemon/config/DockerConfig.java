package dev.tapswitch.daemon.config;

import java.nio.file.Path;

/**
 * Whether, and where, the daemon is Docker's network driver, and whether it serves containers that name no network.
 *
 * @param socket where dockerd looks for it; the file's name is the driver's
 * @param defaultBridge the bridge of Docker's default network, docker0 or that of {@code dockerd -b}; empty where it is left alone
 * @param defaultBridgeAddress what that bridge is made with when it is not there, "172.17.0.1/16"; empty where Docker makes it
 */
public record DockerConfig(boolean enabled, Path socket, String defaultBridge, String defaultBridgeAddress) {
    public static final DockerConfig DEFAULT =
            new DockerConfig(false, Path.of("/run/docker/plugins/tapswitch.sock"), "", "");
}
