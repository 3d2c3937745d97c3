package dev.tapswitch.dataplane.buffer;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A bounded queue of copied frames in a ring of memory. One thread adds, and one thread (the same or another) removes; neither waits. Each frame has a
 * tag, a number that its user defines.
 */
public final class FrameRing {
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

    /** All memory as one segment: frames are passed by address, because a segment for each would have to be allocated. */
    private static final MemorySegment ALL_MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    /** Records begin at a multiple of this. A record is the frame's length, its tag, the headroom and the frame. */
    private static final int ALIGNMENT = 8;

    private static final int RECORD_HEADER = 8;
    private static final int TAG = 4;

    /** Stored instead of a length: the rest of the memory is unused, and the next record is at the beginning. */
    private static final int SKIP = -1;

    private final int capacity;
    private final int headroom;
    private final MemorySegment memory;
    /** Bytes added and removed since the beginning; both only grow. */
    @SuppressWarnings("unused") // by ADDED
    private long added;

    @SuppressWarnings("unused") // by REMOVED
    private long removed;

    /**
     * A ring without frames.
     *
     * @param capacity bytes, a power of two
     * @param headroom unused bytes before each frame, a multiple of 8
     */
    public FrameRing(int capacity, int headroom) {
        if (Integer.bitCount(capacity) != 1) throw new IllegalArgumentException(capacity + " is not a power of two");
        if (headroom % ALIGNMENT != 0) throw new IllegalArgumentException(headroom + " is not a multiple of 8");
        this.capacity = capacity;
        this.headroom = headroom;
        this.memory = Arena.ofAuto().allocate(capacity, 64);
    }

    /** Copies a frame into the ring; false if there is no space for it. Must be called by the adding thread. */
    public boolean add(long address, int length, int tag) {
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
        memory.set(JAVA_INT, offset + TAG, tag);
        MemorySegment.copy(ALL_MEMORY, address, memory, (long) offset + RECORD_HEADER + headroom, length);
        ADDED.setRelease(this, at + needed);
        return true;
    }

    /** Whether every added frame was removed. May be called by both threads. */
    public boolean isEmpty() {
        return (long) ADDED.getAcquire(this) == (long) REMOVED.getAcquire(this);
    }

    public MemorySegment memory() {
        return memory;
    }

    /** The first frame's offset in the memory. The ring must not be empty. This method and the following ones must be called by the removing thread. */
    public long firstOffset() {
        return (long) firstRecord() + RECORD_HEADER + headroom;
    }

    /** The first frame's length, bytes. The ring must not be empty. */
    public int firstLength() {
        return memory.get(JAVA_INT, firstRecord());
    }

    /** The first frame's tag. The ring must not be empty. */
    public int firstTag() {
        return memory.get(JAVA_INT, firstRecord() + TAG);
    }

    /** Removes the first frame. The ring must not be empty. */
    public void removeFirst() {
        long at = (long) REMOVED.getOpaque(this);
        if (memory.get(JAVA_INT, offset(at)) == SKIP) at += capacity - offset(at);
        int length = memory.get(JAVA_INT, offset(at));
        REMOVED.setRelease(this, at + recordLength(length));
    }

    private int recordLength(int length) {
        return RECORD_HEADER + headroom + (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    private int firstRecord() {
        int offset = offset((long) REMOVED.getOpaque(this));
        return memory.get(JAVA_INT, offset) == SKIP ? 0 : offset;
    }

    private int offset(long position) {
        return (int) position & capacity - 1;
    }
}
