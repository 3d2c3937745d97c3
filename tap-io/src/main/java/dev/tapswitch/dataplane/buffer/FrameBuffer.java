package dev.tapswitch.dataplane.buffer;

import dev.tapswitch.core.frame.VirtioNetHeader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The layout of the memory that a frame is read into: {@link #HEADROOM} unused bytes, then a virtio_net_hdr, then the Ethernet frame. The headroom is
 * for a VLAN tag or a tunnel header, which can be prepended without moving the frame: the headers before it move to lower addresses.
 */
public final class FrameBuffer {
    /** Unused bytes before the virtio header. A cache line, so that the virtio header keeps the alignment of the buffer. */
    public static final int HEADROOM = 64;

    /** Length of the virtio_net_hdr before each frame. */
    public static final int HEADER = VirtioNetHeader.LENGTH;

    /** Maximum length of virtio header and frame: a TAP delivers up to 64 KiB of payload, with an Ethernet header and two tags. */
    public static final int MAX_LENGTH = 66_048;

    /** A whole buffer. An odd number of cache lines, so that the headers of frames in consecutive buffers fall into different sets of a cache. */
    public static final int SIZE = HEADROOM + MAX_LENGTH;

    private FrameBuffer() {}

    /** Memory for one frame, which begins at {@link #HEADROOM}. It is freed when nobody refers to it. */
    public static MemorySegment allocate() {
        return Arena.ofAuto().allocate(SIZE, HEADROOM);
    }
}
