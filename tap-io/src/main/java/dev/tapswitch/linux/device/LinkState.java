package dev.tapswitch.linux.device;

/** Whether frames can pass a port's device. */
public enum LinkState {
    /** The link is up: frames can pass. */
    UP,
    /** The link is down or, for a veth, has no carrier because the other end is down. */
    DOWN,
    /** The device or its namespace does not exist any more. */
    GONE
}
