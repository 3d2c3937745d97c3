package dev.tapswitch.core.frame;

import java.lang.foreign.MemorySegment;

/** Writes neighbour advertisements (RFC 4861 4.4). */
public final class NeighbourAdvertisement {
    private static final int PAYLOAD_LENGTH = 32;
    /** Length of the untagged frame, bytes. */
    public static final int LENGTH =
            EthernetFrame.HEADER_LENGTH + NeighbourDiscovery.IPV6_HEADER_LENGTH + PAYLOAD_LENGTH;

    private static final long SOLICITED = 0x4000_0000L;

    private NeighbourAdvertisement() {}

    /**
     * Writes the frame in which {@code owner} tells {@code asker} that it has the target address. The Solicited flag is set, the Override flag is
     * not: an advertisement by the owner itself takes precedence (RFC 4861 7.2.8, proxied advertisements). Returns the length of the frame, bytes.
     */
    public static int write(
            MemorySegment memory,
            long offset,
            long owner,
            long targetHi,
            long targetLo,
            long asker,
            long askerHi,
            long askerLo) {
        Wire.put48(memory, offset, asker);
        Wire.put48(memory, offset + 6, owner);
        Wire.put16(memory, offset + 12, EtherType.IPV6);
        long ip = offset + EthernetFrame.HEADER_LENGTH;
        Wire.put32(memory, ip, 0x6000_0000L);
        Wire.put16(memory, ip + 4, PAYLOAD_LENGTH);
        Wire.put16(memory, ip + 6, NeighbourDiscovery.ICMPV6 << 8 | 255);
        Wire.put64(memory, ip + 8, targetHi);
        Wire.put64(memory, ip + 16, targetLo);
        Wire.put64(memory, ip + 24, askerHi);
        Wire.put64(memory, ip + 32, askerLo);
        long icmp = ip + NeighbourDiscovery.IPV6_HEADER_LENGTH;
        Wire.put32(memory, icmp, (long) NeighbourDiscovery.ADVERTISEMENT << 24);
        Wire.put32(memory, icmp + 4, SOLICITED);
        Wire.put64(memory, icmp + 8, targetHi);
        Wire.put64(memory, icmp + 16, targetLo);
        Wire.put16(memory, icmp + 24, NeighbourDiscovery.TARGET_LINK_LAYER << 8 | 1);
        Wire.put48(memory, icmp + 26, owner);
        long pseudo = Checksum.pseudoHeader6(memory, ip, NeighbourDiscovery.ICMPV6, PAYLOAD_LENGTH);
        Wire.put16(memory, icmp + 2, Checksum.finish(Checksum.add(pseudo, memory, icmp, PAYLOAD_LENGTH)));
        return LENGTH;
    }
}
