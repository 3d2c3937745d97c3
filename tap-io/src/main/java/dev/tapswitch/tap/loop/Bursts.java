package dev.tapswitch.tap.loop;

import dev.tapswitch.core.forward.Counters;
import dev.tapswitch.tap.sys.Errno;
import dev.tapswitch.tap.sys.UringRing;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A worker's reads and writes, many a system call: a burst of reads into slots of memory, then the writes that they led to, gathered until
 * they are flushed. All is done when {@link #read} or {@link #flush} returns, so a slot is free again by then and nothing is ever under way.
 * The loop's thread alone.
 */
final class Bursts implements AutoCloseable {
    /** Frames read at one go. */
    static final int MOST = 64;

    /** The name of a file that is read and written one by one. */
    static final int NO_FILE = Integer.MIN_VALUE;

    private static final int ENTRIES = 512;
    private static final int WRITES = ENTRIES - MOST;
    /** Not a power of two, so that the heads of frames do not fall on the same cache lines. */
    private static final int SLOT = Worker.BUFFER_LENGTH;

    private final UringRing ring;
    private final MemorySegment memory = Arena.ofAuto().allocate((long) MOST * SLOT, 4_096);
    /** By gathered write: whose port's counters get the outcome. */
    private final Counters[] counters = new Counters[WRITES];

    private int gathered;
    private boolean isGathering;
    private boolean isBroken;
    private int readFile = NO_FILE;

    private Bursts(UringRing ring) {
        this.ring = ring;
        for (int slot = 0; slot < MOST; slot++) ring.prepareRead(slot, memory.address() + offset(slot), SLOT);
        for (int write = 0; write < WRITES; write++) ring.prepareWrite(MOST + write);
    }

    /** IOException says on one line why this kernel, or this container, has no io_uring for us. */
    static Bursts open() throws IOException {
        return new Bursts(UringRing.open(ENTRIES));
    }

    /** Why there can be none; null when there can. Any thread. */
    static String obstacle() {
        try (UringRing _ = UringRing.open(1)) {
            return null;
        } catch (IOException e) {
            return e.getMessage();
        }
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
        if (gathered > 0) ring.add(MOST, gathered);
        ring.add(0, count);
        run();
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
    void write(int file, Counters outcome, long address, int length) {
        if (gathered == WRITES) writeGathered();
        int entry = MOST + gathered;
        ring.setFile(entry, file);
        ring.setMemory(entry, address, length);
        counters[gathered++] = outcome;
    }

    /** Writes what was gathered, in order, and gathers no more. */
    void flush() {
        isGathering = false;
        if (gathered > 0) writeGathered();
    }

    private void writeGathered() {
        ring.add(MOST, gathered);
        run();
    }

    /** Runs what was added, and counts what the writes among it answered. */
    private void run() {
        if (isBroken || !ring.run()) isBroken = true;
        for (int write = 0; write < gathered; write++) {
            Worker.count(counters[write], isBroken ? -Errno.ENOMEM : ring.result(MOST + write));
        }
        gathered = 0;
    }

    @Override
    public void close() {
        isBroken = true;
        ring.close();
    }
}
