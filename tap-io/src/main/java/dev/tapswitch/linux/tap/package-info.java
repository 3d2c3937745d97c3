/** TAP devices, namespaces, links, addresses and routes. Slow calls: never on a worker. Frames must never enter. */
package dev.tapswitch.linux.tap;
