package dev.tapswitch.core.frame;

import java.lang.foreign.MemorySegment;

/** Writes unicast probes, which ask a station whether it still has an address. */
public final class AddressProbe {
    /** Maximum length of a probe of either kind with a VLAN tag, bytes. */
    public static final int MAX_LENGTH = EthernetFrame.HEADER_LENGTH
            + EthernetFrame.TAG_LENGTH
            + NeighbourDiscovery.IPV6_HEADER_LENGTH
            + AddressProbe.SOLICITATION_LENGTH;

    /** The upper half of a link-local address, fe80::/64. */
    public static final long LINK_LOCAL = 0xFE80L << 48;

    private static final int SOLICITATION_LENGTH = 32;
    private static final long SOLICITED_NODE_HI = 0xFF02L << 48;
    private static final long SOLICITED_NODE_LO = 0x1_FF00_0000L;

    private AddressProbe() {}

    /**
     * Writes an Ethernet frame from {@code asker} to {@code owner}: an ARP probe (RFC 5227 1.1) if the address is IPv4-mapped, otherwise a neighbour
     * solicitation (RFC 4861 4.3). Returns the length of the frame, bytes.
     *
     * @param vlan VID of the tag; 0 for an untagged frame
     * @param hi upper half of the probed IP address
     * @param lo lower half of the probed IP address
     */
    public static int write(MemorySegment memory, long offset, long asker, long owner, int vlan, long hi, long lo) {
        boolean isV4 = hi == 0 && lo >>> 32 == 0xFFFF;
        Wire.put48(memory, offset, owner);
        Wire.put48(memory, offset + 6, asker);
        int position = 12;
        if (vlan != 0) {
            Wire.put16(memory, offset + position, EtherType.VLAN);
            Wire.put16(memory, offset + position + 2, vlan);
            position += EthernetFrame.TAG_LENGTH;
        }
        Wire.put16(memory, offset + position, isV4 ? EtherType.ARP : EtherType.IPV6);
        position += 2;
        return position
                + (isV4
                        ? arp(memory, offset + position, asker, lo & 0xFFFF_FFFFL)
                        : solicitation(memory, offset + position, asker, hi, lo));
    }

    /** The sender address is 0.0.0.0, so that no station adds it to its cache. */
    private static int arp(MemorySegment memory, long offset, long asker, long address) {
        Wire.put64(memory, offset, 0x0001_0800_0604_0000L | ArpPacket.REQUEST);
        Wire.put48(memory, offset + 8, asker);
        Wire.put32(memory, offset + 14, 0);
        Wire.put48(memory, offset + 18, 0);
        Wire.put32(memory, offset + 24, address);
        return ArpPacket.LENGTH;
    }

    /**
     * The source is the asker's link-local address: a solicitation from :: would be duplicate address detection, which may take the address from its
     * owner. The destination is the solicited-node group, so that the reply contains the owner's MAC (RFC 4861 4.4).
     */
    private static int solicitation(MemorySegment memory, long ip, long asker, long hi, long lo) {
        Wire.put32(memory, ip, 0x6000_0000L);
        Wire.put16(memory, ip + 4, SOLICITATION_LENGTH);
        Wire.put16(memory, ip + 6, NeighbourDiscovery.ICMPV6 << 8 | 255);
        Wire.put64(memory, ip + 8, LINK_LOCAL);
        Wire.put64(memory, ip + 16, interfaceIdentifier(asker));
        Wire.put64(memory, ip + 24, SOLICITED_NODE_HI);
        Wire.put64(memory, ip + 32, SOLICITED_NODE_LO | lo & 0xFF_FFFFL);
        long icmp = ip + NeighbourDiscovery.IPV6_HEADER_LENGTH;
        Wire.put32(memory, icmp, (long) NeighbourDiscovery.SOLICITATION << 24);
        Wire.put32(memory, icmp + 4, 0);
        Wire.put64(memory, icmp + 8, hi);
        Wire.put64(memory, icmp + 16, lo);
        Wire.put16(memory, icmp + 24, NeighbourDiscovery.SOURCE_LINK_LAYER << 8 | 1);
        Wire.put48(memory, icmp + 26, asker);
        long pseudo = Checksum.pseudoHeader6(memory, ip, NeighbourDiscovery.ICMPV6, SOLICITATION_LENGTH);
        Wire.put16(memory, icmp + 2, Checksum.finish(Checksum.add(pseudo, memory, icmp, SOLICITATION_LENGTH)));
        return NeighbourDiscovery.IPV6_HEADER_LENGTH + SOLICITATION_LENGTH;
    }

    /** The lower half of the address that a station derives from its MAC: modified EUI-64 (RFC 4291, appendix A). */
    public static long interfaceIdentifier(long mac) {
        return (mac >>> 24 << 40 | 0xFF_FE00_0000L | mac & 0xFF_FFFFL) ^ 1L << 57;
    }
}
