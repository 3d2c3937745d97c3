/** Tests of the Debian package and the service: with a real systemd as PID 1 of separate namespaces, and of sd_notify without one. */
package dev.tapswitch.e2e.systemd;
