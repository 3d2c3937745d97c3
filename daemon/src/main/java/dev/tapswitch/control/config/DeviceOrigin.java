package dev.tapswitch.control.config;

import dev.tapswitch.linux.netns.Namespace;

/**
 * Where a port's device was created, and under which name. Unlike its present place, this never changes while the device exists: a container
 * runtime moves it, and root in the container may rename it at any moment, also while the daemon is not running.
 */
public record DeviceOrigin(Namespace namespace, String device) {}
