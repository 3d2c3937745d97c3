package dev.tapswitch.control.config;

/** What a port's device is. */
public enum PortKind {
    /** A TAP that we make. */
    TAP,
    /** The host end of a veth pair that a container runtime has made a port of its bridge. */
    VETH
}
