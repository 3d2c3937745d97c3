/**
 * The host's part of container networks: forwarding, masquerading and published ports, in our own nftables table. Must not depend on the protocols
 * of container runtimes.
 */
package dev.tapswitch.containers.firewall;
