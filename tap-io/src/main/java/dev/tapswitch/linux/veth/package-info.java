/** Host ends of veth pairs that somebody else created, served as ports. */
package dev.tapswitch.linux.veth;
