package dev.tapswitch.control.config;

/** The type of a port's device. */
public enum PortKind {
    /** A TAP that the daemon creates. */
    TAP,
    /** The host end of a veth pair that a container runtime has added to its bridge. */
    VETH
}
