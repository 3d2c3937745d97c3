package dev.tapswitch.linux.sys;

import java.io.IOException;
import java.util.Arrays;

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

    public DescriptorReserve() {
        Arrays.fill(descriptors, NONE);
        refill();
    }

    /** Whether an operation failed because this process has no file descriptors left. */
    public static boolean isShortage(DeviceException e) {
        return e.errno() == Errno.EMFILE;
    }

    /**
     * Writes a file. If that fails, releases the reserve and writes it once more: an IOException carries no errno that would show whether the
     * process had no descriptors left.
     */
    public void write(FileWriter writer) throws IOException {
        try {
            writer.run();
        } catch (IOException e) {
            release();
            writer.run();
        } finally {
            refill();
        }
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
        for (int i = 0; i < SIZE; i++) if (descriptors[i] == NONE) descriptors[i] = Math.max(open(), NONE);
    }

    private static int open() {
        return Libc.open(FILE, Linux.O_RDONLY | Linux.O_CLOEXEC);
    }
}
