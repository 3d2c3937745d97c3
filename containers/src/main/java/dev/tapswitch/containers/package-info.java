/** Integrations of container runtimes: Docker, CNI, and the firewall rules that they need. */
package dev.tapswitch.containers;
