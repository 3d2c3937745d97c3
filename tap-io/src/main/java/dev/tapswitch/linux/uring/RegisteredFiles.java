package dev.tapswitch.linux.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.BitSet;

/**
 * The files that an io_uring holds by index (IORING_REGISTER_FILES). A name is the index, or, where the table is full or can't be had, the
 * descriptor's complement: such a file is looked up at each use, and all else is the same.
 */
final class RegisteredFiles {
    private static final int NO_FILE = -1;

    private final int ring;
    private final int capacity;
    private final BitSet used = new BitSet();

    private RegisteredFiles(int ring, int capacity) {
        this.ring = ring;
        this.capacity = capacity;
    }

    /** A table of as many as the kernel allows, which is RLIMIT_NOFILE at most. */
    static RegisteredFiles of(int ring, int most) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment none = arena.allocate(4L * most, 8).fill((byte) NO_FILE);
            for (int capacity = most; capacity >= 64; capacity /= 2) {
                if (Uring.register(ring, Uring.REGISTER_FILES, none.address(), capacity) >= 0)
                    return new RegisteredFiles(ring, capacity);
            }
        }
        return new RegisteredFiles(ring, 0);
    }

    int add(int descriptor) {
        int index = used.nextClearBit(0);
        if (index >= capacity || !put(index, descriptor)) return unregistered(descriptor);
        used.set(index);
        return index;
    }

    /** The name of a file that is not in the table. */
    static int unregistered(int descriptor) {
        return ~descriptor;
    }

    void remove(int name) {
        if (name < 0) return;
        put(name, NO_FILE);
        used.clear(name);
    }

    /** Releases all; when it returns the kernel has. */
    void close() {
        if (capacity > 0) Uring.register(ring, Uring.UNREGISTER_FILES, 0, 0);
    }

    /** What goes into sqe.fd. */
    static int number(int name) {
        return name >= 0 ? name : ~name;
    }

    /** What goes into sqe.flags. */
    static byte flags(int name) {
        return name >= 0 ? Uring.FIXED_FILE : 0;
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
