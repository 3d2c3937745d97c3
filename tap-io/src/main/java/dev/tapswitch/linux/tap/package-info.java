/**
 * TAP devices: creates, configures, changes and takes over TAPs in network namespaces. The operations are slow and must not run on a worker. Frames
 * never enter.
 */
package dev.tapswitch.linux.tap;
