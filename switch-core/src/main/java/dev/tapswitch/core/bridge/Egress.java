package dev.tapswitch.core.bridge;

import dev.tapswitch.core.frame.EtherType;
import dev.tapswitch.core.frame.EthernetFrame;
import dev.tapswitch.core.frame.VirtioNetHeader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Decides whether and how a frame may be sent to a port. Pure functions. */
public final class Egress {
    /** The frame may be sent unchanged. */
    public static final int AS_IS = 0;
    /** The port has no offload: {@link dev.tapswitch.core.frame.Segmenter} must segment or checksum the frame first. */
    public static final int COMPLETE = 1;
    /** The frame, or a segment of the super-frame, is larger than the port's MTU. */
    public static final int TOO_BIG = 2;

    private static final ValueLayout.OfShort TYPE = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final int UDP_HEADER_LENGTH = 8;
    private static final int TCP_DATA_OFFSET = 12;

    private Egress() {}

    /**
     * Judges the frame behind the {@code virtio_net_hdr} at {@code memory[headerOffset]}.
     *
     * @param length of the frame without the virtio header, bytes
     */
    public static int judge(PortSettings out, MemorySegment memory, long headerOffset, int length) {
        // The common case: a complete frame, small enough whether it has tags or not.
        if (VirtioNetHeader.isPlain(memory, headerOffset)) {
            return length <= out.mtu() + EthernetFrame.HEADER_LENGTH || fits(out, memory, headerOffset, length)
                    ? AS_IS
                    : TOO_BIG;
        }
        int wireLength = VirtioNetHeader.gsoType(memory, headerOffset) == VirtioNetHeader.GSO_NONE
                ? length
                : Math.min(length, segmentLength(memory, headerOffset, length));
        if (!fits(out, memory, headerOffset, wireLength)) return TOO_BIG;
        return out.offload() ? AS_IS : COMPLETE;
    }

    /** The MTU limits the payload behind the tags, as in Linux: a tagged frame with a payload of MTU size passes. */
    private static boolean fits(PortSettings out, MemorySegment memory, long headerOffset, int length) {
        return length - tagsLength(memory, headerOffset + VirtioNetHeader.LENGTH, length)
                <= out.mtu() + EthernetFrame.HEADER_LENGTH;
    }

    private static int tagsLength(MemorySegment memory, long frame, int length) {
        int tags = 0;
        while (tags < 2 && length >= EthernetFrame.HEADER_LENGTH + (tags + 1) * EthernetFrame.TAG_LENGTH) {
            int type = memory.get(TYPE, frame + 12 + (long) tags * EthernetFrame.TAG_LENGTH) & 0xFFFF;
            if (type != EtherType.VLAN && type != EtherType.SERVICE_VLAN) break;
            tags++;
        }
        return tags * EthernetFrame.TAG_LENGTH;
    }

    /** The length of the longest segment: headers and gso_size. The transport header is parsed because hdr_len can't be trusted. */
    private static int segmentLength(MemorySegment memory, long headerOffset, int length) {
        int transport = VirtioNetHeader.checksumStart(memory, headerOffset);
        int gsoSize = VirtioNetHeader.gsoSize(memory, headerOffset);
        int type = VirtioNetHeader.gsoType(memory, headerOffset) & ~VirtioNetHeader.GSO_ECN;
        boolean isUdp = type == VirtioNetHeader.GSO_UDP_L4 || type == VirtioNetHeader.GSO_UDP;
        if (isUdp) return transport + UDP_HEADER_LENGTH + gsoSize;
        // The virtio header places the TCP header beyond the end of the frame. Use the frame's own length; Segmenter
        // detects the error.
        if (transport + TCP_DATA_OFFSET >= length) return length;
        long dataOffset = headerOffset + VirtioNetHeader.LENGTH + transport + TCP_DATA_OFFSET;
        int tcpHeader = (memory.get(ValueLayout.JAVA_BYTE, dataOffset) >>> 4 & 0xF) * 4;
        return transport + tcpHeader + gsoSize;
    }
}
