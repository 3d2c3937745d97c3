/**
 * How parts beside the switches themselves join the daemon: Docker, CNI, the host's firewall; later a cluster. The daemon knows them by
 * {@link dev.tapswitch.control.integration.Integration} only.
 */
package dev.tapswitch.control.integration;
