package dev.tapswitch.linux.sys;

import java.io.IOException;
import java.util.Arrays;
import java.util.function.IntSupplier;

/**
 * File descriptors that are held in reserve, so that a port can still be opened and a file still be written when connections have used up all others
 * (RLIMIT_NOFILE). Not thread-safe.
 */
public final class DescriptorReserve {
    private static final int SIZE = 32;
    private static final String FILE = "/dev/null";
    private static final int NONE = -1;

    /** Writes a whole file; a second run replaces what the first one left. */
    @FunctionalInterface
    public interface FileWriter {
        void run() throws IOException;
    }

    private final int[] descriptors = new int[SIZE];
    private final IntSupplier opener;

    public DescriptorReserve() {
        this(DescriptorReserve::open);
    }

    /** {@code opener}: opens a file and returns its descriptor, or a negative errno. */
    DescriptorReserve(IntSupplier opener) {
        this.opener = opener;
        Arrays.fill(descriptors, NONE);
        refill();
    }

    /** Whether an operation failed because this process has no file descriptors left. */
    public static boolean isShortage(DeviceException e) {
        return e.errno() == Errno.EMFILE;
    }

    /** Writes a file. If that fails and this process has no descriptors left, releases the reserve and writes the file once more. */
    public void write(FileWriter writer) throws IOException {
        try {
            writer.run();
        } catch (IOException e) {
            if (!isShortage()) throw e;
            release();
            writer.run();
        } finally {
            refill();
        }
    }

    /** Whether this process cannot open a file now. An IOException carries no errno that would show this. */
    private boolean isShortage() {
        int fd = opener.getAsInt();
        if (fd >= 0) Libc.close(fd);
        return fd == -Errno.EMFILE;
    }

    /** Releases the reserve to the caller, who calls {@link #refill} afterwards. */
    public void release() {
        for (int i = 0; i < SIZE; i++) {
            if (descriptors[i] != NONE) Libc.close(descriptors[i]);
            descriptors[i] = NONE;
        }
    }

    /** Reopens as many of the released descriptors as possible. */
    public void refill() {
        for (int i = 0; i < SIZE; i++) if (descriptors[i] == NONE) descriptors[i] = Math.max(opener.getAsInt(), NONE);
    }

    private static int open() {
        return Libc.open(FILE, Linux.O_RDONLY | Linux.O_CLOEXEC);
    }
}
