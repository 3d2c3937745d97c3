/** The daemon as a systemd service: sd_notify(3), the watchdog, the file descriptor store. Frames and workers' work must never enter. */
package dev.tapswitch.control.systemd;
