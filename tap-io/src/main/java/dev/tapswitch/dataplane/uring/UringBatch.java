package dev.tapswitch.dataplane.uring;

import dev.tapswitch.core.bridge.Counters;
import dev.tapswitch.dataplane.buffer.FrameBuffer;
import dev.tapswitch.dataplane.worker.PortQueue;
import dev.tapswitch.dataplane.worker.Worker;
import dev.tapswitch.dataplane.worker.WriteBatch;
import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.uring.UringRing;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A worker's reads and writes, many per system call: a burst of reads into slots of memory, then the writes that they caused, collected until they are
 * flushed. Everything is complete when {@link #read} or {@link #flush} returns: a slot is free again then, and no operation is pending. Must be used on
 * the worker thread.
 */
public final class UringBatch implements WriteBatch {
    /** Maximum number of frames per read. */
    static final int MAX_READS = 64;

    /** Returned instead of a file's number: the file can't be used with the ring. */
    static final int NO_FILE = Integer.MIN_VALUE;

    private static final int ENTRIES = 512;
    private static final int MAX_WRITES = ENTRIES - MAX_READS;

    /** Writes per system call. The kernel does not check the time between them, so this limits the cost of a port that becomes slow. */
    private static final int WRITES_PER_CALL = 16;

    /** A call that takes longer writes to a slow port, or was preempted. */
    private static final long LONG_CALL_NANOS = 1_500_000;

    private final UringRing ring;
    private final MemorySegment memory = Arena.ofAuto().allocate((long) MAX_READS * FrameBuffer.SIZE, 4_096);
    // By collected write.
    private final Counters[] counters = new Counters[MAX_WRITES];
    private final PortQueue[] queues = new PortQueue[MAX_WRITES];
    private final long[] addresses = new long[MAX_WRITES];
    private final int[] lengths = new int[MAX_WRITES];

    private Worker worker;
    private int collected;
    /** How many of the collected writes are done. */
    private int written;

    private boolean isCollecting;
    private boolean isBroken;
    private int readFile = NO_FILE;

    private UringBatch(UringRing ring) {
        this.ring = ring;
        for (int slot = 0; slot < MAX_READS; slot++)
            ring.prepareRead(slot, memory.address() + offset(slot), FrameBuffer.MAX_LENGTH);
        for (int write = 0; write < MAX_WRITES; write++) ring.prepareWrite(MAX_READS + write);
    }

    /**
     * Opens a ring. Must be called on the worker thread, because only the thread that creates a ring may use it.
     *
     * @throws IOException if this kernel or container does not permit io_uring; the message is one line and says why
     */
    public static UringBatch open() throws IOException {
        return new UringBatch(UringRing.open(ENTRIES));
    }

    /** Why io_uring can't be used here; null if it can. Thread-safe. */
    public static String obstacle() {
        try (UringRing _ = UringRing.open(1)) {
            return null;
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    /** The worker that uses this batch. Must be called before the first read. */
    public void setWorker(Worker owner) {
        worker = owner;
    }

    /** Registers a queue's descriptor; returns the number to use it by, or {@link #NO_FILE}. */
    int register(int descriptor) {
        if (isBroken || !supportsNoWait(descriptor)) return NO_FILE;
        return ring.register(descriptor);
    }

    /**
     * Whether the kernel supports RWF_NOWAIT for this file, as it does for TAPs since 6.4. An empty write shows it without an effect: a TAP
     * returns EINVAL, because the virtio header is missing.
     */
    private boolean supportsNoWait(int descriptor) {
        ring.setFile(MAX_READS, UringRing.unregistered(descriptor));
        ring.setMemory(MAX_READS, memory.address(), 0);
        ring.add(MAX_READS, 1);
        isBroken = !ring.run();
        return !isBroken && ring.result(MAX_READS) != -Errno.EOPNOTSUPP;
    }

    void unregister(int file) {
        if (file == NO_FILE) return;
        ring.unregister(file);
        if (readFile == file) readFile = NO_FILE;
    }

    /**
     * Executes the collected writes, then reads up to {@code count} frames into the first slots, in one call: the kernel has written the content of a
     * slot before it reads into it. False if the ring can't be used any more.
     */
    boolean read(int file, int count) {
        if (isBroken) return false;
        if (readFile != file) {
            for (int slot = 0; slot < MAX_READS; slot++) ring.setFile(slot, file);
            readFile = file;
        }
        writeUntil(collected - WRITES_PER_CALL);
        ring.add(MAX_READS + written, collected - written);
        ring.add(0, count);
        run(collected - written);
        written = 0;
        collected = 0;
        return !isBroken;
    }

    /** The result of the read into a slot: bytes, or -errno. */
    int length(int slot) {
        return ring.result(slot);
    }

    MemorySegment memory() {
        return memory;
    }

    /** Where a slot's frame begins, with headroom before it. */
    static long offset(int slot) {
        return (long) slot * FrameBuffer.SIZE + FrameBuffer.HEADROOM;
    }

    @Override
    public boolean begin() {
        boolean begins = !isCollecting && !isBroken;
        if (begins) isCollecting = true;
        return begins;
    }

    boolean isCollecting() {
        return isCollecting;
    }

    /** Adds a write of {@code length} bytes at {@code address}, which must not change until the flush. */
    void write(PortQueue queue, int file, Counters outcome, long address, int length) {
        if (collected == MAX_WRITES) writeAll();
        int entry = MAX_READS + collected;
        ring.setFile(entry, file);
        ring.setMemory(entry, address, length);
        queues[collected] = queue;
        addresses[collected] = address;
        lengths[collected] = length;
        counters[collected++] = outcome;
    }

    @Override
    public void flush() {
        isCollecting = false;
        writeAll();
    }

    private void writeAll() {
        writeUntil(collected);
        written = 0;
        collected = 0;
    }

    /** Writes until at least {@code min} of the collected writes are done. */
    private void writeUntil(int min) {
        while (written < min) {
            int count = Math.min(WRITES_PER_CALL, collected - written);
            ring.add(MAX_READS + written, count);
            run(count);
        }
    }

    /** Runs the operations that were added, {@code writes} of them writes, and counts the results of these. */
    private void run(int writes) {
        if (writes > 0) worker.setWriting(queues[written]);
        long began = System.nanoTime();
        if (isBroken || !ring.run()) isBroken = true;
        long ended = System.nanoTime();
        worker.setWriting(null);
        worker.setClock(ended);
        int from = written;
        written += writes;
        for (int write = from; write < written; write++) {
            Worker.count(counters[write], isBroken ? -Errno.ENOMEM : ring.result(MAX_READS + write));
        }
        if (writes > 0 && ended - began > LONG_CALL_NANOS) writeSingly(from);
    }

    /** One of the writes from {@code from} on may have been slow: later writes to these ports are watched, and the remaining writes are done one by one. */
    private void writeSingly(int from) {
        for (int write = from; write < written; write++) queues[write].guard().suspect();
        for (; written < collected; written++) {
            int length = lengths[written] - FrameBuffer.HEADER;
            worker.write(queues[written], counters[written], addresses[written], length);
        }
    }

    @Override
    public void close() {
        isBroken = true;
        ring.close();
    }
}
