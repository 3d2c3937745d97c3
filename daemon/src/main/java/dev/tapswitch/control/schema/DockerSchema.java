package dev.tapswitch.control.schema;

import dev.tapswitch.core.net.IpPrefix;
import dev.tapswitch.linux.tap.TapSpec;
import java.nio.file.Path;
import java.util.List;

/** The settings under {@code docker} in the configuration file. */
public final class DockerSchema {
    public static final Setting<Boolean> ENABLED = Setting.of(
                    "enabled", new SettingType.Flag(), false, "Serve as Docker's network and IPAM driver.")
            .fixed()
            .notInLabs()
            .build();

    public static final Setting<Path> SOCKET = Setting.of(
                    "socket",
                    DaemonSchema.path(DaemonSchema::socketPath),
                    Path.of("/run/docker/plugins/tapswitch.sock"),
                    "The unix socket on which dockerd finds the driver; the name of the file is the name of the driver.")
            .fixed()
            .notInLabs()
            .build();

    public static final Setting<String> DEFAULT_BRIDGE = Setting.of(
                    "default-bridge",
                    new SettingType.Text<>("NAME", DockerSchema::bridgeName, text -> text, false),
                    "",
                    "The bridge of Docker's default network, docker0 or that of 'dockerd -b': a plain 'docker run' connects to a switch of this name.")
            .fixed()
            .notInLabs()
            .defaultText("none")
            .build();

    public static final Setting<String> DEFAULT_BRIDGE_ADDRESS = Setting.of(
                    "default-bridge-address",
                    new SettingType.Text<>("ADDR/LEN", DockerSchema::interfaceAddress, text -> text, false),
                    "",
                    "Create the bridge with this address if it is missing: 172.17.0.1/16.")
            .fixed()
            .notInLabs()
            .defaultText("none")
            .build();

    public static final Setting<List<String>> REACHABLE_BRIDGES = Setting.of(
                    "reachable-bridges",
                    new SettingType.Texts("NAME", DockerSchema::bridgeName),
                    List.of(),
                    "Bridges of other container engines that containers may reach, such as virbr0. Without, containers reach only their published ports.")
            .fixed()
            .notInLabs()
            .defaultText("none")
            .build();

    /** All settings, in the order of the documentation. */
    public static final List<Setting<?>> ALL =
            List.of(ENABLED, SOCKET, DEFAULT_BRIDGE, DEFAULT_BRIDGE_ADDRESS, REACHABLE_BRIDGES);

    private DockerSchema() {}

    /** The name becomes part of firewall rules, where * (nftables) and + (iptables) are wildcards. */
    private static String bridgeName(String name) {
        if (TapSpec.checkedName(name).matches("[A-Za-z0-9_.][A-Za-z0-9_.-]*")) return name;
        throw new IllegalArgumentException(
                "\"" + name + "\" cannot be part of a firewall rule; expected letters, digits, '_', '.' and '-'");
    }

    private static String interfaceAddress(String text) {
        IpPrefix.parse(text);
        return text;
    }
}
