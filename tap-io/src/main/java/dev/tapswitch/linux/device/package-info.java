/** What a port is attached to: one interface for TAPs and packet sockets on veths. Nothing here knows how frames are forwarded. */
package dev.tapswitch.linux.device;
