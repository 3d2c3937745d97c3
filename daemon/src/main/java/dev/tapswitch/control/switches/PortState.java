package dev.tapswitch.control.switches;

/** The state of a port as shown to users. */
public enum PortState {
    UP,
    /** The device exists, and its link is down. */
    DOWN,
    /** The device or its namespace does not exist. The port is retried. */
    GONE
}
