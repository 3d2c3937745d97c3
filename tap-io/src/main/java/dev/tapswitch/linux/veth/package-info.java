/** Host ends of veth pairs that a container runtime created, as the devices of ports. Nothing here creates a veth. */
package dev.tapswitch.linux.veth;
