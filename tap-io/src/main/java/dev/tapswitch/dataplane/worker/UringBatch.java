package dev.tapswitch.dataplane.worker;

import dev.tapswitch.core.bridge.Counters;
import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.uring.UringRing;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A worker's reads and writes, many a system call: a burst of reads into slots of memory, then the writes that they led to, gathered until
 * they are flushed. All is done when {@link #read} or {@link #flush} returns, so a slot is free again by then and nothing is ever under way.
 * The loop's thread alone.
 */
final class UringBatch implements AutoCloseable {
    /** Frames read at one go. */
    static final int MOST = 64;

    /** The name of a file that is read and written one by one. */
    static final int NO_FILE = Integer.MIN_VALUE;

    private static final int ENTRIES = 512;
    private static final int WRITES = ENTRIES - MOST;
    /** Not a power of two, so that the heads of frames do not fall on the same cache lines. */
    private static final int SLOT = Worker.BUFFER_LENGTH;

    /** Writes in one system call. The kernel does not look at the clock between them, so this bounds what a port costs that turns slow. */
    private static final int WRITES_A_CALL = 16;

    /** A call that takes longer has a slow port among its writes, or was preempted. */
    private static final long LONG_CALL_NANOS = 1_500_000;

    private final UringRing ring;
    private final MemorySegment memory = Arena.ofAuto().allocate((long) MOST * SLOT, 4_096);
    /** By gathered write: whose port's counters get the outcome. */
    private final Counters[] counters = new Counters[WRITES];
    /** By gathered write: the queue, the address and the length. */
    private final PortQueue[] queues = new PortQueue[WRITES];

    private final long[] addresses = new long[WRITES];
    private final int[] lengths = new int[WRITES];
    private Worker worker;

    private int gathered;
    /** Of those that were gathered, how many are written. */
    private int written;

    private boolean isGathering;
    private boolean isBroken;
    private int readFile = NO_FILE;

    private UringBatch(UringRing ring) {
        this.ring = ring;
        for (int slot = 0; slot < MOST; slot++) ring.prepareRead(slot, memory.address() + offset(slot), SLOT);
        for (int write = 0; write < WRITES; write++) ring.prepareWrite(MOST + write);
    }

    /** IOException says on one line why this kernel, or this container, has no io_uring for us. */
    static UringBatch open() throws IOException {
        return new UringBatch(UringRing.open(ENTRIES));
    }

    /** Why there can be none; null when there can. Any thread. */
    static String obstacle() {
        try (UringRing _ = UringRing.open(1)) {
            return null;
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    /** {@code owner}: writes one by one what may take long. */
    void writeSinglyWith(Worker owner) {
        worker = owner;
    }

    /** A queue's descriptor from now on; the name to use it by, or {@link #NO_FILE}. */
    int register(int descriptor) {
        if (isBroken || !mayNotWait(descriptor)) return NO_FILE;
        return ring.register(descriptor);
    }

    /**
     * Whether the kernel has operations on this file that may not wait, which it has for TAPs since 6.4. A write of nothing tells: a TAP
     * says EINVAL to it, as the vnet header is missing.
     */
    private boolean mayNotWait(int descriptor) {
        ring.setFile(MOST, UringRing.unregistered(descriptor));
        ring.setMemory(MOST, memory.address(), 0);
        ring.add(MOST, 1);
        isBroken = !ring.run();
        return !isBroken && ring.result(MOST) != -Errno.EOPNOTSUPP;
    }

    void unregister(int file) {
        if (file == NO_FILE) return;
        ring.unregister(file);
        if (readFile == file) readFile = NO_FILE;
    }

    /**
     * Writes what was gathered, then reads up to {@code count} frames into the first slots, in one call: the kernel has written what was in a
     * slot by the time it reads into it. False when this can't be had any more.
     */
    boolean read(int file, int count) {
        if (isBroken) return false;
        if (readFile != file) {
            for (int slot = 0; slot < MOST; slot++) ring.setFile(slot, file);
            readFile = file;
        }
        writeGathered(gathered - WRITES_A_CALL);
        ring.add(MOST + written, gathered - written);
        ring.add(0, count);
        run(gathered - written);
        written = 0;
        gathered = 0;
        return !isBroken;
    }

    /** What the read into a slot brought: bytes, or -errno. */
    int length(int slot) {
        return ring.result(slot);
    }

    MemorySegment memory() {
        return memory;
    }

    long offset(int slot) {
        return (long) slot * SLOT;
    }

    /** Gathers writes from now on; whether it does so only now, so that the caller is the one to flush. */
    boolean gather() {
        boolean begins = !isGathering && !isBroken;
        if (begins) isGathering = true;
        return begins;
    }

    boolean isGathering() {
        return isGathering;
    }

    /** A write of {@code length} bytes at {@code address}, which stay as they are until the flush. */
    void write(PortQueue queue, int file, Counters outcome, long address, int length) {
        if (gathered == WRITES) writeAll();
        int entry = MOST + gathered;
        ring.setFile(entry, file);
        ring.setMemory(entry, address, length);
        queues[gathered] = queue;
        addresses[gathered] = address;
        lengths[gathered] = length;
        counters[gathered++] = outcome;
    }

    /** Writes what was gathered, in order, and gathers no more. */
    void flush() {
        isGathering = false;
        writeAll();
    }

    private void writeAll() {
        writeGathered(gathered);
        written = 0;
        gathered = 0;
    }

    /** Writes what was gathered until at least so many are written. */
    private void writeGathered(int least) {
        while (written < least) {
            int count = Math.min(WRITES_A_CALL, gathered - written);
            ring.add(MOST + written, count);
            run(count);
        }
    }

    /** Runs what was added, {@code writes} writes among it, and counts what they answered. */
    private void run(int writes) {
        if (writes > 0) worker.isWritingTo(queues[written]);
        long began = System.nanoTime();
        if (isBroken || !ring.run()) isBroken = true;
        long ended = System.nanoTime();
        worker.isWritingTo(null);
        worker.clock(ended);
        int from = written;
        written += writes;
        for (int write = from; write < written; write++) {
            Worker.count(counters[write], isBroken ? -Errno.ENOMEM : ring.result(MOST + write));
        }
        if (writes > 0 && ended - began > LONG_CALL_NANOS) writeSingly(from);
    }

    /** One of the writes from there on may have been slow: what is left is written one by one, and what follows to these ports is watched. */
    private void writeSingly(int from) {
        for (int write = from; write < written; write++) queues[write].guard().suspect();
        for (; written < gathered; written++) {
            worker.write(queues[written], counters[written], addresses[written], lengths[written] - Worker.HEADER);
        }
    }

    @Override
    public void close() {
        isBroken = true;
        ring.close();
    }
}
