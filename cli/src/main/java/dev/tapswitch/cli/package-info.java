/** The tapswitch command: talks to the control API, prints tables for people and JSON for programs. Switching and devices must never enter. */
package dev.tapswitch.cli;
