/**
 * Flyweights over frames in memory (Ethernet, VLAN tag, ARP, IP, Neighbour Discovery, virtio-net header) and pure functions on them (checksums,
 * segmentation). They allocate nothing per frame and do not throw on malformed bytes. Tables, ports and decisions must never enter.
 */
package dev.tapswitch.core.frame;
