package dev.tapswitch.control.config;

import dev.tapswitch.linux.netns.Namespace;

/**
 * The namespace in which a port's device was created, and the name that it had there. These never change while the device exists. Its present namespace and
 * name may change at any moment, also while the daemon is not running: a container runtime moves it, and root in the container may rename it.
 */
public record DeviceOrigin(Namespace namespace, String device) {}
