package dev.tapswitch.core.table;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** A counter per port, for up to {@link MacTable#MAX_PORTS} ports, in chunks that are allocated when first needed. Thread-safe and lock-free. */
final class PortCounts {
    private static final int CHUNK_BITS = 8;
    private static final int CHUNK = 1 << CHUNK_BITS;

    private final AtomicReferenceArray<AtomicIntegerArray> chunks =
            new AtomicReferenceArray<>(MacTable.MAX_PORTS >> CHUNK_BITS);

    int get(int port) {
        AtomicIntegerArray chunk = chunks.getAcquire(port >> CHUNK_BITS);
        return chunk == null ? 0 : chunk.get(port & CHUNK - 1);
    }

    /** Returns the new value. */
    int add(int port, int amount) {
        AtomicIntegerArray chunk = chunks.getAcquire(port >> CHUNK_BITS);
        if (chunk == null) {
            chunks.compareAndSet(port >> CHUNK_BITS, null, new AtomicIntegerArray(CHUNK));
            chunk = chunks.getAcquire(port >> CHUNK_BITS);
        }
        return chunk.addAndGet(port & CHUNK - 1, amount);
    }
}
