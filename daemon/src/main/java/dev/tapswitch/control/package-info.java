/** The daemon: switches composed from config, the control API, the tapswitch command, labs. Frames must never enter. */
package dev.tapswitch.control;
