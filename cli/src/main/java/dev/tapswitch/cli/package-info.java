/**
 * The tapswitch command: calls the control API and prints tables, or JSON with {@code --json}. Must not contain switching or device code.
 */
package dev.tapswitch.cli;
