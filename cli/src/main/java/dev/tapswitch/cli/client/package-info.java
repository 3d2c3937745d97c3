/** The other end of the control API, for commands and labs. The daemon itself must never enter. */
package dev.tapswitch.cli.client;
