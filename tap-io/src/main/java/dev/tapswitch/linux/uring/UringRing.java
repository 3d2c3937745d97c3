package dev.tapswitch.linux.uring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * An io_uring (io_uring(7)) for reads and writes that must not block (RWF_NOWAIT). The kernel runs such operations in order during
 * submission: one system call moves as many frames as it submits entries, and all operations are complete when it returns.
 *
 * <p>A submission queue entry keeps its place and the values that do not change between submissions; a submission names a range of entries.
 * Files are registered once, so that the kernel need not look up a descriptor for each read and write. Must be used only on the thread that
 * opened it.
 */
public final class UringRing implements AutoCloseable {
    private static final VarHandle INT = JAVA_INT.varHandle();
    /** Further files are used by their descriptors. The table takes 8 bytes per file. */
    private static final int MAX_FILES = 8_192;
    /** Calls of io_uring_enter for one submission. If the kernel returns EAGAIN that often, it is out of memory. */
    private static final int MAX_ATTEMPTS = 10_000;

    private final int fd;
    private final int mask;
    private final int completionMask;
    private final MemorySegment rings;
    private final MemorySegment entries;
    private final int tailOffset;
    private final int arrayOffset;
    private final int completionHeadOffset;
    private final int completionTailOffset;
    private final int completionsOffset;
    private final RegisteredFiles files;
    /** By entry: the result of its last operation. */
    private final int[] results;
    /** By entry: the flag that suppresses the completion of a success, or 0. */
    private final byte[] skipSuccess;

    private final byte writeSkipSuccess;

    private int tail;
    private int added;
    private int awaited;
    private int completionHead;
    private boolean isClosed;

    private UringRing(int fd, MemorySegment parameters) throws IOException {
        int count = parameters.get(JAVA_INT, Uring.PARAMS_SQ_ENTRIES);
        int completions = parameters.get(JAVA_INT, Uring.PARAMS_CQ_ENTRIES);
        this.fd = fd;
        this.mask = count - 1;
        this.completionMask = completions - 1;
        this.tailOffset = parameters.get(JAVA_INT, Uring.PARAMS_SQ_TAIL);
        this.arrayOffset = parameters.get(JAVA_INT, Uring.PARAMS_SQ_ARRAY);
        this.completionHeadOffset = parameters.get(JAVA_INT, Uring.PARAMS_CQ_HEAD);
        this.completionTailOffset = parameters.get(JAVA_INT, Uring.PARAMS_CQ_TAIL);
        this.completionsOffset = parameters.get(JAVA_INT, Uring.PARAMS_CQ_CQES);
        long length = Math.max(arrayOffset + 4L * count, completionsOffset + (long) Uring.CQE_SIZE * completions);
        this.rings = map(length, Uring.OFFSET_RINGS);
        try {
            this.entries = map((long) Uring.SQE_SIZE * count, Uring.OFFSET_SQES);
        } catch (IOException e) {
            Libc.munmap(rings.address(), rings.byteSize());
            throw e;
        }
        this.results = new int[count];
        this.skipSuccess = new byte[count];
        boolean maySkip = (parameters.get(JAVA_INT, Uring.PARAMS_FEATURES) & Uring.FEATURE_SKIP_SUCCESS) != 0;
        this.writeSkipSuccess = maySkip ? Uring.SKIP_SUCCESS : 0;
        this.files = RegisteredFiles.of(fd, MAX_FILES);
        for (int entry = 0; entry < count; entry++) entries.set(JAVA_LONG, at(entry) + Uring.SQE_USER_DATA, entry);
    }

    /**
     * Opens a ring. Tries the flags of newer kernels first; without them the ring is slower and otherwise the same.
     *
     * @param entries a power of two
     * @throws IOException if the kernel has no io_uring or does not permit it
     */
    public static UringRing open(int entries) throws IOException {
        int[] candidates = {Uring.SETUP_SUBMIT_ALL | Uring.SETUP_SINGLE_ISSUER | Uring.SETUP_DEFER_TASKRUN, 0};
        int fd = 0;
        try (Arena arena = Arena.ofConfined()) {
            for (int flags : candidates) {
                MemorySegment parameters = arena.allocate(Uring.PARAMS_SIZE, 8);
                parameters.set(JAVA_INT, Uring.PARAMS_FLAGS, flags);
                fd = Uring.setup(entries, parameters.address());
                if (fd >= 0) return opened(fd, parameters);
            }
        }
        throw refused("io_uring_setup", -fd);
    }

    private static UringRing opened(int fd, MemorySegment parameters) throws IOException {
        try {
            return new UringRing(fd, parameters);
        } catch (IOException e) {
            Libc.close(fd);
            throw e;
        }
    }

    /** Registers a file. Returns the handle that {@link #setFile} takes. */
    public int register(int file) {
        return files.add(file);
    }

    /** The handle of a file that is not registered: the kernel looks up its descriptor at each use. */
    public static int unregistered(int file) {
        return RegisteredFiles.unregistered(file);
    }

    /** Releases a file, so that closing its descriptor closes it. */
    public void unregister(int handle) {
        files.remove(handle);
    }

    /** Makes the entry a read of up to {@code length} bytes into {@code address}. {@link #setFile} sets the file. */
    public void prepareRead(int entry, long address, int length) {
        prepare(entry, Uring.READ);
        entries.set(JAVA_LONG, at(entry) + Uring.SQE_ADDRESS, address);
        entries.set(JAVA_INT, at(entry) + Uring.SQE_LENGTH, length);
    }

    /** Makes the entry a write. {@link #setFile} and {@link #setMemory} set the file and the bytes. */
    public void prepareWrite(int entry) {
        prepare(entry, Uring.WRITE);
        skipSuccess[entry] = writeSkipSuccess;
    }

    /** Sets the file of an entry, by the handle that {@link #register} returned. */
    public void setFile(int entry, int handle) {
        long sqe = at(entry);
        entries.set(JAVA_INT, sqe + Uring.SQE_FD, RegisteredFiles.number(handle));
        entries.set(JAVA_BYTE, sqe + Uring.SQE_FLAGS, (byte) (RegisteredFiles.flags(handle) | skipSuccess[entry]));
    }

    /** Sets the bytes that a write writes. */
    public void setMemory(int entry, long address, int length) {
        long sqe = at(entry);
        entries.set(JAVA_LONG, sqe + Uring.SQE_ADDRESS, address);
        entries.set(JAVA_INT, sqe + Uring.SQE_LENGTH, length);
    }

    /** Adds {@code count} entries, beginning with {@code first}, to the next submission. */
    public void add(int first, int count) {
        for (int entry = first; entry < first + count; entry++) {
            rings.set(JAVA_INT, arrayOffset + 4L * (tail++ & mask), entry);
            boolean skipsSuccess = skipSuccess[entry] != 0;
            results[entry] = skipsSuccess ? entries.get(JAVA_INT, at(entry) + Uring.SQE_LENGTH) : -Errno.EAGAIN;
            if (!skipsSuccess) awaited++;
        }
        added += count;
    }

    /**
     * Submits the added entries and waits until all are complete; the kernel runs them in this order. {@link #result} then has their results. Returns
     * false if the kernel, out of memory, refuses the submission: the ring must not be used any more then.
     */
    public boolean run() {
        INT.setRelease(rings, (long) tailOffset, tail);
        for (int attempt = 0; (added > 0 || awaited > 0) && attempt < MAX_ATTEMPTS; attempt++) {
            int entered = Uring.enter(fd, added, awaited, Uring.ENTER_GETEVENTS);
            if (entered > 0) added -= entered;
            reap();
        }
        return added == 0 && awaited == 0;
    }

    /** The result of the entry's last operation: the number of bytes, or -errno. */
    public int result(int entry) {
        return results[entry];
    }

    /** Consumes the completion queue. */
    private void reap() {
        int end = (int) INT.getAcquire(rings, (long) completionTailOffset);
        for (; completionHead != end; completionHead++) {
            long cqe = completionsOffset + (long) Uring.CQE_SIZE * (completionHead & completionMask);
            int entry = (int) rings.get(JAVA_LONG, cqe);
            results[entry] = rings.get(JAVA_INT, cqe + Uring.CQE_RESULT);
            if (skipSuccess[entry] == 0) awaited--;
        }
        INT.setRelease(rings, (long) completionHeadOffset, completionHead);
    }

    private void prepare(int entry, byte opcode) {
        long sqe = at(entry);
        entries.set(JAVA_BYTE, sqe + Uring.SQE_OPCODE, opcode);
        entries.set(JAVA_INT, sqe + Uring.SQE_RW_FLAGS, Uring.RWF_NOWAIT);
    }

    private static long at(int entry) {
        return (long) entry * Uring.SQE_SIZE;
    }

    private MemorySegment map(long length, long offset) throws IOException {
        long address = Libc.mmapShared(length, fd, offset);
        if (address < 0 && address > -4096) throw refused("mmap of the io_uring", (int) -address);
        return MemorySegment.ofAddress(address).reinterpret(length);
    }

    private static IOException refused(String call, int errno) {
        return new IOException(call + ": " + Errno.text(errno));
    }

    /**
     * Releases the files, then the ring. A second call does nothing. The files are released first because closing alone would leave that to
     * a kernel worker, which does it later. If another thread than the ring's closes it, the kernel refuses to release the files and the
     * kernel worker does it.
     */
    @Override
    public void close() {
        if (isClosed) return;
        isClosed = true;
        files.close();
        Libc.munmap(rings.address(), rings.byteSize());
        Libc.munmap(entries.address(), entries.byteSize());
        Libc.close(fd);
    }
}
