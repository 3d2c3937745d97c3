package dev.tapswitch.linux.device;

/** Whether frames can pass a port's device. */
public enum LinkState {
    /** The link is up and has a carrier. */
    UP,
    /** The link is down or has no carrier. */
    DOWN,
    /** The device or its namespace does not exist any more. */
    GONE
}
