package dev.tapswitch.dataplane.worker;

import dev.tapswitch.core.bridge.LearningSwitch;
import dev.tapswitch.linux.device.LinkState;

/**
 * Receives what workers find out about ports. Called on any thread, possibly several times for the same event; must not block, and should pass the
 * event to another thread.
 */
@FunctionalInterface
public interface PortListener {
    /** The state of a port's link differs from the port's state in the switch, or the device was deleted. */
    void linkChanged(LearningSwitch owner, int port, LinkState state);

    /** A write to the port took so long that the slow-writer thread writes to it from now on: its frames are limited and may be dropped. */
    default void receiverIsSlow(LearningSwitch owner, int port, long writeNanos) {}

    /** The port is as fast as others again. */
    default void receiverIsFast(LearningSwitch owner, int port) {}
}
