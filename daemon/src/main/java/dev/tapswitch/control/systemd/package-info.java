/** The daemon as a systemd service: sd_notify(3), the watchdog, the file descriptor store. Handles no frames. */
package dev.tapswitch.control.systemd;
