package dev.tapswitch.core.frame;

import dev.tapswitch.core.net.IpAddress;
import dev.tapswitch.core.net.MacAddress;
import java.lang.foreign.MemorySegment;

/**
 * Describes a frame in one line, similar to tcpdump. Accepts any bytes, also those of a truncated frame. Allocates, so it must be called by control
 * threads.
 */
public final class FrameText {
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int ICMP = 1;
    private static final int ICMPV6 = 58;

    private FrameText() {}

    /** Describes the frame of which the first {@code length} bytes are at {@code offset}. */
    public static String summary(MemorySegment memory, long offset, int length) {
        EthernetFrame frame = new EthernetFrame().wrap(memory, offset, length);
        if (frame.isTruncated()) return "truncated, " + length + " bytes";
        String tag = frame.isTagged() ? "VLAN " + frame.vlan() + ", " : "";
        long payload = offset + frame.payloadOffset();
        int left = length - frame.payloadOffset();
        return tag
                + switch (frame.etherType()) {
                    case EtherType.ARP -> arp(memory, payload, left);
                    case EtherType.IPV4 -> ipv4(memory, payload, left);
                    case EtherType.IPV6 -> ipv6(memory, payload, left);
                    default -> "ethertype " + typeName(frame.etherType());
                };
    }

    /** {@code arp}, {@code ipv4}, {@code ipv6}, or {@code 0x88b5}. */
    public static String typeName(int etherType) {
        return switch (etherType) {
            case EtherType.ARP -> "arp";
            case EtherType.IPV4 -> "ipv4";
            case EtherType.IPV6 -> "ipv6";
            default -> String.format("0x%04x", etherType);
        };
    }

    private static String arp(MemorySegment memory, long offset, int length) {
        ArpPacket arp = new ArpPacket().wrap(memory, offset, length);
        if (!arp.isValid()) return "ARP, malformed";
        String sender = ipv4Text(memory, offset + 14);
        String target = ipv4Text(memory, offset + 24);
        if (arp.isAnnouncement()) return "ARP announcement " + sender + " is-at " + MacAddress.format(arp.senderMac());
        if (arp.operation() == ArpPacket.REPLY)
            return "ARP reply " + sender + " is-at " + MacAddress.format(arp.senderMac());
        return arp.isProbe() ? "ARP probe who-has " + target : "ARP who-has " + target + " tell " + sender;
    }

    private static String ipv4(MemorySegment memory, long offset, int length) {
        int header = length < 20 ? 0 : (Wire.u8(memory, offset) & 0xF) * 4;
        if (header < 20 || Wire.u8(memory, offset) >>> 4 != 4) return "IPv4, malformed";
        String addresses = ipv4Text(memory, offset + 12) + " > " + ipv4Text(memory, offset + 16);
        boolean isFragment = (Wire.u16(memory, offset + 6) & 0x1FFF) != 0;
        if (isFragment || header > length) return "IPv4 " + addresses + " fragment";
        return "IPv4 " + addresses + transport(memory, offset + header, length - header, Wire.u8(memory, offset + 9));
    }

    private static String ipv6(MemorySegment memory, long offset, int length) {
        if (length < 40 || Wire.u8(memory, offset) >>> 4 != 6) return "IPv6, malformed";
        String source = ipv6Text(memory, offset + 8);
        String addresses = source + " > " + ipv6Text(memory, offset + 24);
        NeighbourDiscovery discovery = new NeighbourDiscovery().wrap(memory, offset, length);
        if (discovery.isPresent() && discovery.isSolicitationOrAdvertisement()) {
            String target = IpAddress.format(discovery.targetHi(), discovery.targetLo());
            return discovery.type() == NeighbourDiscovery.SOLICITATION
                    ? "IPv6 neighbour solicitation, who has " + target + " tell " + source
                    : "IPv6 neighbour advertisement, " + target + " is here";
        }
        return "IPv6 " + addresses + transport(memory, offset + 40, length - 40, Wire.u8(memory, offset + 6));
    }

    private static String transport(MemorySegment memory, long offset, int length, int protocol) {
        boolean hasPorts = (protocol == TCP || protocol == UDP) && length >= 4;
        if (hasPorts) {
            String name = protocol == TCP ? " TCP " : " UDP ";
            return name + Wire.u16(memory, offset) + " > " + Wire.u16(memory, offset + 2);
        }
        boolean isIcmp = (protocol == ICMP || protocol == ICMPV6) && length >= 1;
        if (!isIcmp) return " protocol " + protocol;
        int type = Wire.u8(memory, offset);
        return switch (type) {
            case 8, 128 -> " ICMP echo request";
            case 0, 129 -> " ICMP echo reply";
            default -> " ICMP type " + type;
        };
    }

    private static String ipv4Text(MemorySegment memory, long offset) {
        return IpAddress.formatV4(Wire.u32(memory, offset));
    }

    private static String ipv6Text(MemorySegment memory, long offset) {
        return IpAddress.format(Wire.u64(memory, offset), Wire.u64(memory, offset + 8));
    }
}
