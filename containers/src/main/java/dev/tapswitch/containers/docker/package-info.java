/**
 * Docker's remote network driver and IPAM driver: its plugin protocol, and what of it must outlive a restart. Frames, and how switches
 * work, must never enter.
 */
package dev.tapswitch.containers.docker;
