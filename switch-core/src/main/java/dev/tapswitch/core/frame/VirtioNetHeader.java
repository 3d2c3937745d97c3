package dev.tapswitch.core.frame;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * {@code struct virtio_net_hdr} (linux/virtio_net.h), the 10 bytes before each frame of a TAP that was opened with IFF_VNET_HDR. Fields are in
 * host byte order (legacy virtio; little-endian on all supported machines).
 *
 * <p>hdr_len is never read: in a forwarded frame it may cover the whole packet.
 */
public final class VirtioNetHeader {
    /** Length of the header, bytes. */
    public static final int LENGTH = 10;

    /** A bit of flags: the checksum field at csum_start + csum_offset contains a partial checksum. */
    public static final int NEEDS_CSUM = 1;

    public static final int GSO_NONE = 0;
    public static final int GSO_TCPV4 = 1;
    public static final int GSO_UDP = 3;
    public static final int GSO_TCPV6 = 4;
    /** Since Linux 6.2. */
    public static final int GSO_UDP_L4 = 5;
    /** A flag added to a TCP type: the first segment carries CWR. */
    public static final int GSO_ECN = 0x80;

    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;

    private VirtioNetHeader() {}

    public static int flags(MemorySegment memory, long offset) {
        return Wire.u8(memory, offset);
    }

    public static int gsoType(MemorySegment memory, long offset) {
        return Wire.u8(memory, offset + 1);
    }

    /** Payload per segment without the transport header, bytes. */
    public static int gsoSize(MemorySegment memory, long offset) {
        return memory.get(SHORT, offset + 4) & 0xFFFF;
    }

    /** The offset in the frame at which the checksum starts to cover: the transport header. */
    public static int checksumStart(MemorySegment memory, long offset) {
        return memory.get(SHORT, offset + 6) & 0xFFFF;
    }

    /** The offset of the checksum field from {@link #checksumStart}. */
    public static int checksumOffset(MemorySegment memory, long offset) {
        return memory.get(SHORT, offset + 8) & 0xFFFF;
    }

    /** Whether the frame needs neither segmentation nor a checksum. This is the common case, so one load decides it. */
    public static boolean isPlain(MemorySegment memory, long offset) {
        return (memory.get(SHORT, offset) & 0xFF01) == 0;
    }

    /** Writes a header that requests nothing. */
    public static void clear(MemorySegment memory, long offset) {
        Wire.put64(memory, offset, 0);
        Wire.put16(memory, offset + 8, 0);
    }

    /** Writes a header. */
    public static void write(
            MemorySegment memory,
            long offset,
            int flags,
            int gsoType,
            int gsoSize,
            int checksumStart,
            int checksumOffset) {
        clear(memory, offset);
        Wire.put8(memory, offset, flags);
        Wire.put8(memory, offset + 1, gsoType);
        memory.set(SHORT, offset + 4, (short) gsoSize);
        memory.set(SHORT, offset + 6, (short) checksumStart);
        memory.set(SHORT, offset + 8, (short) checksumOffset);
    }
}
