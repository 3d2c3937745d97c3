/** Packet sockets with virtio-net headers (packet(7), PACKET_VNET_HDR). */
package dev.tapswitch.linux.packet;
