package dev.tapswitch.tap.loop;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A worker's buffers where reads and writes are under way at once: each holds one frame from its read until its last write is done. The
 * last one freed is the first one taken, while it is in the processor's cache. The loop's thread alone.
 */
final class Slots {
    /** None is free. */
    static final int NONE = -1;

    /** Not a power of two, so that the heads of frames do not fall on the same cache lines. */
    private static final int LENGTH = Worker.BUFFER_LENGTH;

    /** struct iovec (include/uapi/linux/uio.h): a base address and a length in bytes. */
    private static final int VECTOR_LENGTH = 16;

    private final MemorySegment memory;
    private final MemorySegment vectors;
    private final int[] free;
    private final int[] users;
    private int freeCount;
    private int current = NONE;

    Slots(int count) {
        memory = Arena.ofAuto().allocate((long) count * LENGTH, 4_096);
        vectors = Arena.ofAuto().allocate((long) count * VECTOR_LENGTH, 64);
        free = new int[count];
        users = new int[count];
        for (int slot = count - 1; slot >= 0; slot--) free[freeCount++] = slot;
    }

    MemorySegment memory() {
        return memory;
    }

    long offset(int slot) {
        return (long) slot * LENGTH;
    }

    long address(int slot) {
        return memory.address() + offset(slot);
    }

    int count() {
        return free.length;
    }

    /** The address of the slot's vector, for writes: only its content changes from frame to frame, so that they need no new objects. */
    long vectorAddress(int slot) {
        return vectors.address() + (long) slot * VECTOR_LENGTH;
    }

    void vector(int slot, long address, long length) {
        vectors.set(ValueLayout.JAVA_LONG, (long) slot * VECTOR_LENGTH, address);
        vectors.set(ValueLayout.JAVA_LONG, (long) slot * VECTOR_LENGTH + 8, length);
    }

    /** A slot with one user, its reader; or {@link #NONE}. */
    int take() {
        if (freeCount == 0) return NONE;
        int slot = free[--freeCount];
        users[slot] = 1;
        return slot;
    }

    /** The slot whose frame is being forwarded: what {@link #hold} holds. */
    void forwarding(int slot) {
        current = slot;
    }

    /** Another user of the slot whose frame is being forwarded; returns it. */
    int hold() {
        users[current]++;
        return current;
    }

    /** One user less; the last one frees it. */
    void release(int slot) {
        if (--users[slot] == 0) free[freeCount++] = slot;
    }
}
