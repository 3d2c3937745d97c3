/**
 * The configuration: records read from YAML and checked as a whole before anything is changed, and the differences between two configurations. No workers, no
 * devices, no sockets.
 */
package dev.tapswitch.control.config;
