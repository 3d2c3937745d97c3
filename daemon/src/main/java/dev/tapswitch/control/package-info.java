/** The daemon: composition, start, signals and end. Handles no frames. */
package dev.tapswitch.control;
