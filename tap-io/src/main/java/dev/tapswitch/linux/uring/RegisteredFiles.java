package dev.tapswitch.linux.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;

/**
 * The table of files that are registered with an io_uring (IORING_REGISTER_FILES). A file is identified by a handle: its index in the table
 * or, if the table is full or the kernel refused it, the complement of its descriptor. The kernel looks up an unregistered file at each
 * use; nothing else differs.
 */
final class RegisteredFiles {
    private static final int NO_FILE = -1;
    /** A smaller table is not worth its memory. */
    private static final int MIN_CAPACITY = 64;

    private final int ring;
    private final int capacity;
    private final BitSet used = new BitSet();

    private RegisteredFiles(int ring, int capacity) {
        this.ring = ring;
        this.capacity = capacity;
    }

    /** Registers a table of at most {@code max} files, or as many as the kernel allows: RLIMIT_NOFILE at most. */
    static RegisteredFiles of(int ring, int max) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment none = arena.allocate(4L * max, 8).fill((byte) NO_FILE);
            for (int capacity = max; capacity >= MIN_CAPACITY; capacity /= 2) {
                if (Uring.register(ring, Uring.REGISTER_FILES, none.address(), capacity) >= 0)
                    return new RegisteredFiles(ring, capacity);
            }
        }
        return new RegisteredFiles(ring, 0);
    }

    /** Registers a file if there is space. Returns its handle. */
    int add(int descriptor) {
        int index = used.nextClearBit(0);
        if (index >= capacity || !put(index, descriptor)) return unregistered(descriptor);
        used.set(index);
        return index;
    }

    /** The handle of a file that is not in the table. */
    static int unregistered(int descriptor) {
        return ~descriptor;
    }

    /** Unregisters a file. */
    void remove(int handle) {
        if (handle < 0) return;
        put(handle, NO_FILE);
        used.clear(handle);
    }

    /** Unregisters all files. The kernel has released them when this returns. */
    void close() {
        if (capacity > 0) Uring.register(ring, Uring.UNREGISTER_FILES, 0, 0);
    }

    /** The value of sqe.fd for a handle. */
    static int number(int handle) {
        return handle >= 0 ? handle : ~handle;
    }

    /** The value of sqe.flags for a handle. */
    static byte flags(int handle) {
        return handle >= 0 ? Uring.FIXED_FILE : 0;
    }

    private boolean put(int index, int descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment update = arena.allocate(Uring.FILES_UPDATE_SIZE, 8);
            MemorySegment file = arena.allocateFrom(JAVA_INT, descriptor);
            update.set(JAVA_INT, 0, index);
            update.set(JAVA_LONG, 8, file.address());
            return Uring.register(ring, Uring.REGISTER_FILES_UPDATE, update.address(), 1) == 1;
        }
    }
}
