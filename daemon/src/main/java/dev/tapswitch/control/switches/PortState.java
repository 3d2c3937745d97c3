package dev.tapswitch.control.switches;

/** How a port is, to people. */
public enum PortState {
    UP,
    /** Its device is there and down. */
    DOWN,
    /** Its device or namespace is not there; tried again until it is. */
    GONE
}
