/**
 * Flyweights over frames in memory (Ethernet, VLAN tag, ARP, IP, Neighbour Discovery, virtio-net header) and pure functions on them (checksums,
 * segmentation). Nothing here allocates per frame or throws on malformed bytes. Tables, ports and decisions must never enter.
 */
package dev.tapswitch.core.frame;
