/** Docker's remote network driver and IPAM driver: the plugin protocol, and the state that survives a restart. Must not contain switching code. */
package dev.tapswitch.containers.docker;
