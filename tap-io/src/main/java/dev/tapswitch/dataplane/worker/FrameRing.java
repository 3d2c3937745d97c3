package dev.tapswitch.dataplane.worker;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Copies of frames in the order they came, in a bounded ring of memory. One thread adds, one thread (the same or another) removes; neither waits.
 */
final class FrameRing {
    private static final VarHandle ADDED;
    private static final VarHandle REMOVED;

    static {
        try {
            ADDED = MethodHandles.lookup().findVarHandle(FrameRing.class, "added", long.class);
            REMOVED = MethodHandles.lookup().findVarHandle(FrameRing.class, "removed", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Frames are given by their addresses, and to make a segment of each would allocate it. */
    private static final MemorySegment ALL_MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    /** Each frame stands behind its length, and both begin at a multiple of this. */
    private static final int ALIGNMENT = 8;

    /** Instead of a length: the rest of the memory is unused, and the next frame is at the beginning. */
    private static final int SKIP = -1;

    private final int capacity;
    private final MemorySegment memory;
    /** Bytes added and removed since the beginning; both only grow. */
    @SuppressWarnings("unused") // by ADDED
    private long added;

    @SuppressWarnings("unused") // by REMOVED
    private long removed;

    /** {@code capacity}: bytes, a power of two. */
    FrameRing(int capacity) {
        if (Integer.bitCount(capacity) != 1) throw new IllegalArgumentException(capacity + " is no power of two");
        this.capacity = capacity;
        this.memory = Arena.ofAuto().allocate(capacity, 64);
    }

    /** Copies a frame; false where there is no room for it. The adding thread. */
    boolean add(long address, int length) {
        long at = (long) ADDED.getOpaque(this);
        int offset = offset(at);
        int needed = recordLength(length);
        int skipped = needed > capacity - offset ? capacity - offset : 0;
        if (at + skipped + needed - (long) REMOVED.getAcquire(this) > capacity) return false;
        if (skipped > 0) {
            memory.set(JAVA_INT, offset, SKIP);
            at += skipped;
            offset = 0;
        }
        memory.set(JAVA_INT, offset, length);
        MemorySegment.copy(ALL_MEMORY, address, memory, (long) offset + ALIGNMENT, length);
        ADDED.setRelease(this, at + needed);
        return true;
    }

    /** Whether all that was added is removed. Either thread. */
    boolean isEmpty() {
        return (long) ADDED.getAcquire(this) == (long) REMOVED.getAcquire(this);
    }

    MemorySegment memory() {
        return memory;
    }

    /** Where in the memory the first frame is; only if there is one. The removing thread. */
    long firstOffset() {
        return (long) firstRecord() + ALIGNMENT;
    }

    /** Bytes of the first frame; only if there is one. The removing thread. */
    int firstLength() {
        return memory.get(JAVA_INT, firstRecord());
    }

    /** Removes the first frame; only if there is one. The removing thread. */
    void removeFirst() {
        long at = (long) REMOVED.getOpaque(this);
        if (memory.get(JAVA_INT, offset(at)) == SKIP) at += capacity - offset(at);
        int length = memory.get(JAVA_INT, offset(at));
        REMOVED.setRelease(this, at + recordLength(length));
    }

    private static int recordLength(int length) {
        return ALIGNMENT + (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    private int firstRecord() {
        int offset = offset((long) REMOVED.getOpaque(this));
        return memory.get(JAVA_INT, offset) == SKIP ? 0 : offset;
    }

    private int offset(long position) {
        return (int) position & capacity - 1;
    }
}
