/**
 * The host's side of container networks: forwarding, masquerading and published ports, in a table of nftables that is ours alone. What a
 * container runtime says, and frames, must never enter.
 */
package dev.tapswitch.containers.firewall;
