package dev.tapswitch.dataplane;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.tapswitch.dataplane.buffer.FrameBuffer;
import dev.tapswitch.linux.device.LinkState;
import dev.tapswitch.linux.device.PortDevice;
import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.sys.Linux;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A port's device that does not need root: a worker reads what the test writes to a pipe. A pipe does not preserve the boundaries of frames, so each must
 * have been read before the next is written. Writes to the device fail.
 */
final class PipeDevice implements PortDevice {
    private final int readEnd;
    private final int writeEnd;

    PipeDevice() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment fds = arena.allocate(8, 4);
            int result = Libc.pipe2(fds.address(), Linux.O_CLOEXEC | Linux.O_NONBLOCK);
            if (result < 0) throw new IllegalStateException("pipe2: errno " + -result);
            readEnd = fds.get(JAVA_INT, 0);
            writeEnd = fds.get(JAVA_INT, 4);
        }
    }

    /** Lets the frame arrive at the port, with a virtio header that requests no offload. */
    void receive(byte[] frame) {
        try (Arena arena = Arena.ofConfined()) {
            int length = FrameBuffer.HEADER + frame.length;
            MemorySegment memory = arena.allocate(length);
            MemorySegment.copy(frame, 0, memory, JAVA_BYTE, FrameBuffer.HEADER, frame.length);
            int written = Libc.write(writeEnd, memory.address(), length);
            if (written != length) throw new IllegalStateException("write: " + written);
        }
    }

    @Override
    public int[] queueFds() {
        return new int[] {readEnd};
    }

    @Override
    public void setNonBlocking(boolean nonBlocking) {}

    @Override
    public boolean takesBursts() {
        return false;
    }

    @Override
    public LinkState state() {
        return LinkState.UP;
    }

    @Override
    public long mac() {
        return 0x0200_0000_0099L;
    }

    @Override
    public String currentName() {
        return "pipe";
    }

    @Override
    public boolean isIn(Namespace namespace) {
        return false;
    }

    @Override
    public void close() {
        Libc.close(readEnd);
        Libc.close(writeEnd);
    }
}
