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
 * An io_uring for reads and writes that may not wait. Such are run, in order, while the kernel takes the submission: one system call moves
 * as many frames as it has entries, and when it returns all are complete.
 *
 * <p>An entry stays in its place and keeps what does not change from one submission to the next; a submission names a range of entries. A
 * file is registered once, which spares each read and write the look-up of its descriptor. The thread that opened it alone.
 */
public final class UringRing implements AutoCloseable {
    private static final VarHandle INT = JAVA_INT.varHandle();
    /** More files than that are served by their descriptors. A table takes 8 bytes a file. */
    private static final int MOST_FILES = 8_192;
    /** In a row without progress; the kernel is out of memory when it says EAGAIN so often. */
    private static final int MOST_ATTEMPTS = 10_000;

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
    /** By entry: what its operation answered. */
    private final int[] results;
    /** By entry: the flag under which its success is not told, or 0. */
    private final byte[] silence;

    private final byte writesSilence;

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
        this.silence = new byte[count];
        boolean maySkip = (parameters.get(JAVA_INT, Uring.PARAMS_FEATURES) & Uring.FEATURE_SKIP_SUCCESS) != 0;
        this.writesSilence = maySkip ? Uring.SKIP_SUCCESS : 0;
        this.files = RegisteredFiles.of(fd, MOST_FILES);
        for (int entry = 0; entry < count; entry++) entries.set(JAVA_LONG, at(entry) + Uring.SQE_USER_DATA, entry);
    }

    /**
     * A ring of so many entries, a power of two; IOException says why there is none. Flags of newer kernels are asked for first: without them
     * it does the same.
     */
    public static UringRing open(int entries) throws IOException {
        int[] wishes = {Uring.SETUP_SUBMIT_ALL | Uring.SETUP_SINGLE_ISSUER | Uring.SETUP_DEFER_TASKRUN, 0};
        int fd = 0;
        try (Arena arena = Arena.ofConfined()) {
            for (int flags : wishes) {
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

    /** How to name this file in entries from now on. */
    public int register(int file) {
        return files.add(file);
    }

    /** The same without registering: its descriptor is looked up at each use. */
    public static int unregistered(int file) {
        return RegisteredFiles.unregistered(file);
    }

    /** Lets go of the file. */
    public void unregister(int name) {
        files.remove(name);
    }

    /** Makes the entry a read of {@code length} bytes into {@code address}; of which file is still to be set. */
    public void prepareRead(int entry, long address, int length) {
        prepare(entry, Uring.READ);
        entries.set(JAVA_LONG, at(entry) + Uring.SQE_ADDRESS, address);
        entries.set(JAVA_INT, at(entry) + Uring.SQE_LENGTH, length);
    }

    /** Makes the entry a write; of what and to which file is still to be set. */
    public void prepareWrite(int entry) {
        prepare(entry, Uring.WRITE);
        silence[entry] = writesSilence;
    }

    /** {@code file}: as {@link #register} named it. */
    public void setFile(int entry, int file) {
        long sqe = at(entry);
        entries.set(JAVA_INT, sqe + Uring.SQE_FD, RegisteredFiles.number(file));
        entries.set(JAVA_BYTE, sqe + Uring.SQE_FLAGS, (byte) (RegisteredFiles.flags(file) | silence[entry]));
    }

    /** The bytes that a write writes. */
    public void setMemory(int entry, long address, int length) {
        long sqe = at(entry);
        entries.set(JAVA_LONG, sqe + Uring.SQE_ADDRESS, address);
        entries.set(JAVA_INT, sqe + Uring.SQE_LENGTH, length);
    }

    /** Adds {@code count} entries from {@code first} on to what {@link #run} will submit. */
    public void add(int first, int count) {
        for (int entry = first; entry < first + count; entry++) {
            rings.set(JAVA_INT, arrayOffset + 4L * (tail++ & mask), entry);
            boolean isSilent = silence[entry] != 0;
            results[entry] = isSilent ? entries.get(JAVA_INT, at(entry) + Uring.SQE_LENGTH) : -Errno.EAGAIN;
            if (!isSilent) awaited++;
        }
        added += count;
    }

    /**
     * Has the kernel run what was added, in that order; when it returns all is done, and {@link #result} tells how. False when the kernel
     * would not take it, which it does when it is out of memory: not to be used any more.
     */
    public boolean run() {
        INT.setRelease(rings, (long) tailOffset, tail);
        for (int attempt = 0; (added > 0 || awaited > 0) && attempt < MOST_ATTEMPTS; attempt++) {
            int entered = Uring.enter(fd, added, awaited, Uring.ENTER_GETEVENTS);
            if (entered > 0) added -= entered;
            reap();
        }
        return added == 0 && awaited == 0;
    }

    /** What the entry's operation answered: bytes, or -errno. */
    public int result(int entry) {
        return results[entry];
    }

    /** Takes up what is complete. */
    private void reap() {
        int end = (int) INT.getAcquire(rings, (long) completionTailOffset);
        for (; completionHead != end; completionHead++) {
            long cqe = completionsOffset + (long) Uring.CQE_SIZE * (completionHead & completionMask);
            int entry = (int) rings.get(JAVA_LONG, cqe);
            results[entry] = rings.get(JAVA_INT, cqe + Uring.CQE_RESULT);
            if (silence[entry] == 0) awaited--;
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
        if (address < 0 && address > -4096) throw refused("mmap of io_uring", (int) -address);
        return MemorySegment.ofAddress(address).reinterpret(length);
    }

    private static IOException refused(String call, int errno) {
        return new IOException(call + ": " + Errno.name(errno) + ", " + Errno.text(errno));
    }

    /**
     * Releases the files, then the ring; not to be used afterwards. Again: nothing. Closing alone would leave the files to a worker of the kernel,
     * which releases them later. Where another thread than the ring's closes it, the kernel refuses the first and that is what happens.
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
