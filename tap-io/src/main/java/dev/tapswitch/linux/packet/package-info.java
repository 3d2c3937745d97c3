/** Packet sockets with virtio-net headers (packet(7), PACKET_VNET_HDR). Nothing here knows what the interface is or who reads the frames. */
package dev.tapswitch.linux.packet;
