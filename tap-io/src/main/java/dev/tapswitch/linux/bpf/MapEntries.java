package dev.tapswitch.linux.bpf;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tapswitch.linux.sys.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Reads all entries of a hash map or array in batches (BPF_MAP_LOOKUP_BATCH, Linux 5.6). An entry that exists throughout is visited once; one that is
 * added or removed meanwhile may be visited or not.
 */
public final class MapEntries {
    /** Receives one entry. Its memory is valid only during the call. */
    @FunctionalInterface
    public interface Visitor {
        void visit(MemorySegment key, MemorySegment value);
    }

    private static final int FIRST_BATCH = 256;
    private static final int MAX_BATCH = 1 << 16;

    private final BpfMap map;
    private final Visitor visitor;

    private MapEntries(BpfMap map, Visitor visitor) {
        this.map = map;
        this.visitor = visitor;
    }

    /** Visits all entries of a map, on the calling thread. */
    public static void visit(BpfMap map, Visitor visitor) throws BpfException {
        new MapEntries(map, visitor).visitAll();
    }

    private void visitAll() throws BpfException {
        try (Arena arena = Arena.ofConfined()) {
            // The position in a hash map is the number of a bucket; in an array it is a key.
            MemorySegment position = arena.allocate(Math.max(map.spec().keySize(), Integer.BYTES), Long.BYTES);
            int batch = FIRST_BATCH;
            boolean isFirst = true;
            while (true) {
                int result = visitBatch(isFirst, position, batch);
                if (result == -Errno.ENOENT) return;
                if (result == -Errno.ENOSPC && batch < MAX_BATCH) {
                    // A bucket of the hash map has more entries than the batch; nothing was read.
                    batch *= 2;
                } else if (result < 0) {
                    throw map.failed("listing", result);
                } else {
                    isFirst = false;
                }
            }
        }
    }

    /** Visits one batch. Returns 0 if there may be more entries, -ENOENT if these were the last ones, or another -errno. */
    private int visitBatch(boolean isFirst, MemorySegment position, int batch) {
        int keySize = map.spec().keySize();
        int valueSize = map.spec().transferSize();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment keys = arena.allocate((long) batch * keySize, Long.BYTES);
            MemorySegment values = arena.allocate((long) batch * valueSize, Long.BYTES);
            MemorySegment attributes = Bpf.attributes(arena, Bpf.BATCH_SIZE);
            attributes.set(JAVA_LONG, Bpf.BATCH_IN, isFirst ? 0 : position.address());
            attributes.set(JAVA_LONG, Bpf.BATCH_OUT, position.address());
            attributes.set(JAVA_LONG, Bpf.BATCH_KEYS, keys.address());
            attributes.set(JAVA_LONG, Bpf.BATCH_VALUES, values.address());
            attributes.set(JAVA_INT, Bpf.BATCH_COUNT, batch);
            attributes.set(JAVA_INT, Bpf.BATCH_MAP, map.fd());
            int result = Bpf.call(Bpf.MAP_LOOKUP_BATCH, attributes);
            if (result < 0 && result != -Errno.ENOENT) return result;
            int count = attributes.get(JAVA_INT, Bpf.BATCH_COUNT);
            for (int i = 0; i < count; i++) {
                visitor.visit(
                        keys.asSlice((long) i * keySize, keySize), values.asSlice((long) i * valueSize, valueSize));
            }
            return result;
        }
    }
}
