/** The client side of the control API, for commands and labs. Must not contain code of the daemon. */
package dev.tapswitch.cli.client;
