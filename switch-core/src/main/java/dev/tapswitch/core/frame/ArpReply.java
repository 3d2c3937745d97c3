package dev.tapswitch.core.frame;

import java.lang.foreign.MemorySegment;

/** Writes ARP replies (RFC 826). */
public final class ArpReply {
    /** Length of the untagged frame without padding, bytes. */
    public static final int LENGTH = EthernetFrame.HEADER_LENGTH + ArpPacket.LENGTH;

    private ArpReply() {}

    /**
     * Writes the frame in which {@code owner} tells {@code asker} that it has {@code address}. MACs are in the low 48 bits, IPv4 addresses are
     * unsigned 32 bits. Returns the length of the frame, bytes.
     */
    public static int write(
            MemorySegment memory, long offset, long owner, long address, long asker, long askerAddress) {
        Wire.put48(memory, offset, asker);
        Wire.put48(memory, offset + 6, owner);
        Wire.put16(memory, offset + 12, EtherType.ARP);
        long arp = offset + EthernetFrame.HEADER_LENGTH;
        Wire.put64(memory, arp, 0x0001_0800_0604_0000L | ArpPacket.REPLY);
        Wire.put48(memory, arp + 8, owner);
        Wire.put32(memory, arp + 14, address);
        Wire.put48(memory, arp + 18, asker);
        Wire.put32(memory, arp + 24, askerAddress);
        return LENGTH;
    }
}
