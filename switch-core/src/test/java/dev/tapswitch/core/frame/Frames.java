package dev.tapswitch.core.frame;

import dev.tapswitch.core.net.MacAddress;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** Frames for tests, as bytes in network order. IPv4 addresses are unsigned numbers of 32 bits; a MAC is in the low 48 bits of a long. */
public final class Frames {
    public static final long A = 0x0200_0000_000AL;
    public static final long B = 0x0200_0000_000BL;
    public static final long C = 0x0200_0000_000CL;
    public static final long IP_A = 0xC612_0001L;
    public static final long IP_B = 0xC612_0002L;
    public static final long LINK_LOCAL = 0xFE80L << 48;

    private Frames() {}

    public static byte[] ethernet(long destination, long source, int etherType, byte... payload) {
        return ByteBuffer.allocate(14 + payload.length)
                .putLong(destination << 16 | source >>> 32)
                .putInt((int) source)
                .putShort((short) etherType)
                .put(payload)
                .array();
    }

    /** Returns the frame with an 802.1Q tag after its addresses. */
    public static byte[] tagged(int tpid, int vlan, byte... frame) {
        return ByteBuffer.allocate(frame.length + 4)
                .put(frame, 0, 12)
                .putShort((short) tpid)
                .putShort((short) vlan)
                .put(frame, 12, frame.length - 12)
                .array();
    }

    public static byte[] unicast(long destination, long source) {
        return ethernet(destination, source, 0x88B5, new byte[50]);
    }

    public static byte[] arp(
            long destination, int operation, long senderMac, long sender, long targetMac, long target) {
        return ethernet(
                destination,
                senderMac,
                EtherType.ARP,
                ByteBuffer.allocate(28)
                        .putLong(0x0001_0800_0604_0000L | operation)
                        .put(mac(senderMac))
                        .putInt((int) sender)
                        .put(mac(targetMac))
                        .putInt((int) target)
                        .array());
    }

    public static byte[] arpRequest(long fromMac, long from, long target) {
        return arp(MacAddress.BROADCAST, ArpPacket.REQUEST, fromMac, from, 0, target);
    }

    public static byte[] arpReply(long fromMac, long from, long toMac, long to) {
        return arp(toMac, ArpPacket.REPLY, fromMac, from, toMac, to);
    }

    public static byte[] arpProbe(long fromMac, long target) {
        return arpRequest(fromMac, 0, target);
    }

    public static byte[] gratuitousArp(long fromMac, long address) {
        return arpRequest(fromMac, address, address);
    }

    /** A neighbour solicitation for fe80::target; from fe80::from, or from :: (duplicate address detection) if that is 0. */
    public static byte[] solicitation(long fromMac, long from, long target) {
        byte[] option = from == 0 ? new byte[0] : linkLayer(NeighbourDiscovery.SOURCE_LINK_LAYER, fromMac);
        return discovery(
                0x3333_FF00_0000L | target & 0xFF_FFFF,
                fromMac,
                from,
                NeighbourDiscovery.SOLICITATION,
                0,
                target,
                option);
    }

    /** A neighbour advertisement of fe80::target to all nodes. */
    public static byte[] advertisement(long fromMac, long target) {
        return advertisement(0x3333_0000_0001L, fromMac, target, fromMac);
    }

    /** A neighbour advertisement that fe80::target is at {@code mac}. */
    public static byte[] advertisement(long destination, long fromMac, long target, long mac) {
        byte[] option = linkLayer(NeighbourDiscovery.TARGET_LINK_LAYER, mac);
        return discovery(destination, fromMac, target, NeighbourDiscovery.ADVERTISEMENT, 0x2000_0000, target, option);
    }

    /** An advertisement whose first target link-layer option contains {@code mac}, the second {@code other}. */
    public static byte[] advertisementWithTwoMacs(long fromMac, long target, long mac, long other) {
        ByteArrayOutputStream options = new ByteArrayOutputStream();
        options.writeBytes(linkLayer(NeighbourDiscovery.TARGET_LINK_LAYER, mac));
        options.writeBytes(linkLayer(NeighbourDiscovery.TARGET_LINK_LAYER, other));
        return discovery(
                0x3333_0000_0001L,
                fromMac,
                target,
                NeighbourDiscovery.ADVERTISEMENT,
                0x2000_0000,
                target,
                options.toByteArray());
    }

    /** A router solicitation or advertisement from fe80::from, with a source link-layer address option. */
    public static byte[] routerMessage(int type, long fromMac, long from) {
        int header = type == NeighbourDiscovery.ROUTER_SOLICITATION ? 8 : 16;
        byte[] message = ByteBuffer.allocate(header + 8)
                .putInt(type << 24)
                .put(header, linkLayer(NeighbourDiscovery.SOURCE_LINK_LAYER, fromMac))
                .array();
        return icmpv6(0x3333_0000_0002L, fromMac, from, 2, message);
    }

    /** A redirect from fe80::from, which says that fe80::target is at {@code mac}. */
    public static byte[] redirect(long fromMac, long from, long target, long mac) {
        byte[] message = ByteBuffer.allocate(48)
                .putInt(NeighbourDiscovery.REDIRECT << 24)
                .putInt(0)
                .putLong(LINK_LOCAL)
                .putLong(target)
                .putLong(LINK_LOCAL)
                .putLong(target)
                .put(linkLayer(NeighbourDiscovery.TARGET_LINK_LAYER, mac))
                .array();
        return icmpv6(B, fromMac, from, 1, message);
    }

    /** Returns the IPv6 frame with an extension header of eight bytes, which contains only padding. */
    public static byte[] withExtension(int type, byte... frame) {
        byte[] longer = ByteBuffer.allocate(frame.length + 8)
                .put(frame, 0, 54)
                .put(frame[20])
                .put((byte) 0)
                .put(new byte[] {1, 4, 0, 0, 0, 0}) // PadN
                .put(frame, 54, frame.length - 54)
                .array();
        longer[20] = (byte) type;
        ByteBuffer.wrap(longer).putShort(18, (short) (longer.length - 54));
        return longer;
    }

    /** An IPv4 TCP segment with a payload of a fixed pattern. Its IP checksum is complete, its TCP checksum optionally partial. */
    public static byte[] tcp4(int payload, int flags, boolean partial) {
        ByteBuffer ip = ByteBuffer.allocate(40 + payload);
        ip.putInt(0x4500_0000 | 40 + payload)
                .putInt(0x1234_4000)
                .putInt(0x4006_0000)
                .putInt((int) IP_A)
                .putInt((int) IP_B);
        ip.putShort(10, (short) checksum(0, ip.array(), 0, 20));
        putTcp(ip, payload, flags);
        long pseudo = 6 + 20 + payload + sum(ip.array(), 12, 8);
        ip.putShort(36, (short) (partial ? fold(pseudo) : checksum(pseudo, ip.array(), 20, 20 + payload)));
        return ethernet(B, A, EtherType.IPV4, ip.array());
    }

    /** A segment like that of {@link #tcp4}, over IPv6. */
    public static byte[] tcp6(int payload, int flags, boolean partial) {
        ByteBuffer ip = ByteBuffer.allocate(60 + payload);
        ip.putInt(0x6000_0000).putShort((short) (20 + payload)).putShort((short) 0x0640);
        ip.putLong(LINK_LOCAL).putLong(1).putLong(LINK_LOCAL).putLong(2);
        putTcp(ip, payload, flags);
        long pseudo = 6 + 20 + payload + sum(ip.array(), 8, 32);
        ip.putShort(56, (short) (partial ? fold(pseudo) : checksum(pseudo, ip.array(), 40, 20 + payload)));
        return ethernet(B, A, EtherType.IPV6, ip.array());
    }

    /** An IPv4 UDP datagram. */
    public static byte[] udp4(int payload, boolean partial) {
        ByteBuffer ip = ByteBuffer.allocate(28 + payload);
        ip.putInt(0x4500_0000 | 28 + payload)
                .putInt(0x1234_4000)
                .putInt(0x4011_0000)
                .putInt((int) IP_A)
                .putInt((int) IP_B);
        ip.putShort(10, (short) checksum(0, ip.array(), 0, 20));
        ip.putShort((short) 4000)
                .putShort((short) 5000)
                .putShort((short) (8 + payload))
                .putShort((short) 0);
        putCounting(ip, payload);
        long pseudo = 17 + 8 + payload + sum(ip.array(), 12, 8);
        ip.putShort(26, (short) (partial ? fold(pseudo) : checksum(pseudo, ip.array(), 20, 8 + payload)));
        return ethernet(B, A, EtherType.IPV4, ip.array());
    }

    /** A virtio header and the frame behind it. */
    public static byte[] withHeader(int flags, int gsoType, int gsoSize, int start, int offset, byte... frame) {
        byte[] bytes = new byte[VirtioNetHeader.LENGTH + frame.length];
        MemorySegment memory = MemorySegment.ofArray(bytes);
        VirtioNetHeader.write(memory, 0, flags, gsoType, gsoSize, start, offset);
        System.arraycopy(frame, 0, bytes, VirtioNetHeader.LENGTH, frame.length);
        return bytes;
    }

    /** An independent implementation of the Internet checksum: 0 for bytes that contain a correct one. */
    public static int checksum(long initial, byte[] bytes, int offset, int length) {
        return ~fold(initial + sum(bytes, offset, length)) & 0xFFFF;
    }

    static long sum(byte[] bytes, int offset, int length) {
        long sum = 0;
        for (int i = 0; i < length; i++) sum += (bytes[offset + i] & 0xFFL) << (i % 2 == 0 ? 8 : 0);
        return sum;
    }

    private static int fold(long sum) {
        long folded = sum;
        while (folded > 0xFFFF) folded = (folded & 0xFFFF) + (folded >>> 16);
        return (int) folded;
    }

    private static void putTcp(ByteBuffer ip, int payload, int flags) {
        ip.putInt(4000 << 16 | 5000)
                .putInt(1_000_000)
                .putInt(7)
                .putInt(0x5000_FFFF | flags << 16)
                .putInt(0);
        putCounting(ip, payload);
    }

    private static void putCounting(ByteBuffer ip, int payload) {
        for (int i = 0; i < payload; i++) ip.put((byte) (i * 31 + (i >> 8)));
    }

    private static byte[] discovery(
            long destination, long source, long from, int type, int flags, long target, byte[] option) {
        byte[] message = ByteBuffer.allocate(24 + option.length)
                .putInt(type << 24)
                .putInt(flags)
                .putLong(LINK_LOCAL)
                .putLong(target)
                .put(option)
                .array();
        return icmpv6(destination, source, from, 0x1_FF00_0000L | target & 0xFF_FFFF, message);
    }

    /** An ICMPv6 message to ff02::to. */
    private static byte[] icmpv6(long destination, long source, long from, long to, byte[] message) {
        int payload = message.length;
        ByteBuffer ip = ByteBuffer.allocate(40 + payload);
        ip.putInt(0x6000_0000).putShort((short) payload).putShort((short) 0x3AFF);
        ip.putLong(from == 0 ? 0 : LINK_LOCAL).putLong(from);
        ip.putLong(0xFF02L << 48).putLong(to).put(message);
        long pseudo = 58 + payload + sum(ip.array(), 8, 32);
        ip.putShort(42, (short) checksum(pseudo, ip.array(), 40, payload));
        return ethernet(destination, source, EtherType.IPV6, ip.array());
    }

    private static byte[] linkLayer(int type, long mac) {
        ByteArrayOutputStream option = new ByteArrayOutputStream();
        option.write(type);
        option.write(1);
        option.writeBytes(mac(mac));
        return option.toByteArray();
    }

    private static byte[] mac(long mac) {
        byte[] bytes = new byte[6];
        for (int i = 0; i < 6; i++) bytes[i] = (byte) (mac >>> (40 - 8 * i));
        return bytes;
    }
}
