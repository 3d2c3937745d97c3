package dev.tapswitch.core.frame;

import java.lang.foreign.MemorySegment;

/**
 * Segmentation and checksum offload in software: splits a super-frame (TCP over IPv4 and IPv6, UDP GSO) into frames with gso_size bytes of payload,
 * and completes partial checksums. The result is byte for byte that of Linux (net/ipv4/tcp_offload.c, udp_offload.c).
 *
 * <p>A flyweight, not thread-safe: {@link #wrap} parses a frame, {@link #next} writes the resulting frames one by one. Allocates nothing. Malformed
 * content does not make it throw.
 */
public final class Segmenter {
    /** Result of {@link #wrap}: the virtio_net_hdr does not match the frame. */
    public static final int BAD = -1;

    private static final int IPV6_HEADER_LENGTH = 40;
    private static final int TCP_MINIMUM = 20;
    private static final int UDP_LENGTH = 8;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int TCP_CHECKSUM = 16;
    private static final int UDP_CHECKSUM = 6;
    private static final int FIN_AND_PSH = 0x09;
    private static final int CWR = 0x80;
    /**
     * The frames of 64 KiB in segments of 48 bytes, the minimum of Linux (TCP_MIN_SND_MSS). A header that requests more frames is forged, and
     * segmentation would take too long.
     */
    private static final int MAX_FRAMES = 1_366;

    private MemorySegment memory;
    private long frame;
    private int length;
    private int network;
    private int transport;
    /** Length of all headers: the offset of the payload in the frame. */
    private int headers;

    private int gsoSize;
    private int frames;
    private int protocol;
    private boolean isIpv6;
    private int checksumAt;

    /**
     * Reads the {@code virtio_net_hdr} at {@code memory[headerOffset]} and the frame of {@code length} bytes behind it.
     *
     * @return the number of frames to write, or {@link #BAD}
     */
    public int wrap(MemorySegment memory, long headerOffset, int length) {
        this.memory = memory;
        this.frame = headerOffset + VirtioNetHeader.LENGTH;
        this.length = length;
        this.gsoSize = 0;
        this.frames = 1;
        int gsoType = VirtioNetHeader.gsoType(memory, headerOffset) & ~VirtioNetHeader.GSO_ECN;
        if (gsoType == VirtioNetHeader.GSO_NONE) return wrapSingle(headerOffset);
        gsoSize = VirtioNetHeader.gsoSize(memory, headerOffset);
        transport = VirtioNetHeader.checksumStart(memory, headerOffset);
        protocol = gsoType == VirtioNetHeader.GSO_UDP_L4 ? UDP : TCP;
        boolean known = gsoType == VirtioNetHeader.GSO_UDP_L4
                || gsoType == VirtioNetHeader.GSO_TCPV4
                || gsoType == VirtioNetHeader.GSO_TCPV6;
        if (!known || gsoSize == 0 || !parseNetwork() || !parseTransport()) return BAD;
        boolean rightFamily = protocol == UDP || isIpv6 == (gsoType == VirtioNetHeader.GSO_TCPV6);
        if (!rightFamily) return BAD;
        int payload = length - headers;
        frames = Math.max(1, (payload + gsoSize - 1) / gsoSize);
        return frames > MAX_FRAMES ? BAD : frames;
    }

    private int wrapSingle(long headerOffset) {
        checksumAt = 0;
        if ((VirtioNetHeader.flags(memory, headerOffset) & VirtioNetHeader.NEEDS_CSUM) == 0) return 1;
        transport = VirtioNetHeader.checksumStart(memory, headerOffset);
        checksumAt = transport + VirtioNetHeader.checksumOffset(memory, headerOffset);
        return transport >= EthernetFrame.HEADER_LENGTH && checksumAt + 2 <= length ? 1 : BAD;
    }

    private boolean parseNetwork() {
        network = EthernetFrame.HEADER_LENGTH;
        if (length < network) return false;
        int type = Wire.u16(memory, frame + network - 2);
        while (EtherType.isTag(type)) {
            network += EthernetFrame.TAG_LENGTH;
            if (length < network) return false;
            type = Wire.u16(memory, frame + network - 2);
        }
        isIpv6 = type == EtherType.IPV6;
        if (type != EtherType.IPV4 && !isIpv6) return false;
        // IPv6 may have extension headers before the transport header; the IPv4 header states its length.
        if (isIpv6) return transport >= network + IPV6_HEADER_LENGTH && transport <= length;
        return transport <= length && network < length && transport == network + ipv4HeaderLength() && hasProtocol();
    }

    private int ipv4HeaderLength() {
        int first = Wire.u8(memory, frame + network);
        return first >>> 4 == 4 && (first & 0xF) >= 5 ? (first & 0xF) * 4 : Integer.MAX_VALUE / 2;
    }

    private boolean hasProtocol() {
        return Wire.u8(memory, frame + network + 9) == protocol;
    }

    private boolean parseTransport() {
        int minimum = protocol == TCP ? TCP_MINIMUM : UDP_LENGTH;
        if (transport + minimum > length) return false;
        // hdr_len can't be trusted; the TCP header states its own length.
        int header = protocol == TCP ? (Wire.u8(memory, frame + transport + 12) >>> 4) * 4 : UDP_LENGTH;
        headers = transport + header;
        checksumAt = transport + (protocol == TCP ? TCP_CHECKSUM : UDP_CHECKSUM);
        return header >= minimum && headers <= length;
    }

    /**
     * Writes an empty {@code virtio_net_hdr} and then the {@code i}th frame to {@code out[outOffset]}, where there must be space for the header and
     * for a frame as long as the wrapped one.
     *
     * @return its length without the virtio header
     */
    public int next(int i, MemorySegment out, long outOffset) {
        VirtioNetHeader.clear(out, outOffset);
        long to = outOffset + VirtioNetHeader.LENGTH;
        if (gsoSize == 0) return single(out, to);
        int from = headers + i * gsoSize;
        int payload = Math.min(gsoSize, length - from);
        MemorySegment.copy(memory, frame, out, to, headers);
        MemorySegment.copy(memory, frame + from, out, to + headers, payload);
        writeNetwork(i, out, to + network, headers - network + payload);
        if (protocol == TCP) writeTcp(i, out, to + transport);
        else Wire.put16(out, to + transport + 4, UDP_LENGTH + payload);
        writeChecksum(out, to, headers - transport + payload);
        return headers + payload;
    }

    /** Completes a checksum like skb_checksum_help(): over all bytes from checksumStart on, including the partial sum. */
    private int single(MemorySegment out, long to) {
        MemorySegment.copy(memory, frame, out, to, length);
        if (checksumAt > 0) {
            int sum = Checksum.finish(Checksum.add(0, out, to + transport, length - transport));
            Wire.put16(out, to + checksumAt, sum == 0 ? 0xFFFF : sum);
        }
        return length;
    }

    private void writeNetwork(int i, MemorySegment out, long ip, int bytes) {
        if (isIpv6) {
            Wire.put16(out, ip + 4, bytes - IPV6_HEADER_LENGTH);
            return;
        }
        Wire.put16(out, ip + 2, bytes);
        Wire.put16(out, ip + 4, Wire.u16(out, ip + 4) + i & 0xFFFF);
        Wire.put16(out, ip + 10, 0);
        Wire.put16(out, ip + 10, Checksum.finish(Checksum.add(0, out, ip, transport - network)));
    }

    private void writeTcp(int i, MemorySegment out, long tcp) {
        Wire.put32(out, tcp + 4, Wire.u32(out, tcp + 4) + (long) i * gsoSize);
        int flags = Wire.u8(out, tcp + 13);
        if (i < frames - 1) flags &= ~FIN_AND_PSH; // only in the last segment
        if (i > 0) flags &= ~CWR; // RFC 3168 6.1.2: only in the first segment
        Wire.put8(out, tcp + 13, flags);
    }

    private void writeChecksum(MemorySegment out, long to, int bytes) {
        Wire.put16(out, to + checksumAt, 0);
        long pseudo = isIpv6
                ? Checksum.pseudoHeader6(out, to + network, protocol, bytes)
                : Checksum.pseudoHeader4(out, to + network, protocol, bytes);
        int sum = Checksum.finish(Checksum.add(pseudo, out, to + transport, bytes));
        // RFC 768: zero means that there is no checksum.
        Wire.put16(out, to + checksumAt, sum == 0 && protocol == UDP ? 0xFFFF : sum);
    }
}
