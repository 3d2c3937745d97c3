/** A restart in two processes: the running daemon and its successor, and what they say to each other. Frames, devices and rules must never enter. */
package dev.tapswitch.control.handover;
