package dev.tapswitch.control.config;

/** Who creates a port's device. */
public enum DeviceSource {
    /** The daemon: a TAP or a veth pair, by {@link dev.tapswitch.control.schema.PortSchema#KIND}. */
    DAEMON,
    /** A container runtime: the host end of a veth pair that it has added to its bridge. */
    CONTAINER_RUNTIME
}
