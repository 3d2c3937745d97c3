/**
 * The interface by which other parts join the daemon: container runtimes, the host's firewall. The daemon knows them only by
 * {@link dev.tapswitch.control.integration.Integration}.
 */
package dev.tapswitch.control.integration;
