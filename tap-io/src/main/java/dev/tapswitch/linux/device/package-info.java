/**
 * The device of a port: what TAPs and packet sockets on veths have in common, so that the data path serves both alike. Nothing here creates
 * a device or knows how frames are forwarded.
 */
package dev.tapswitch.linux.device;
