package dev.tapswitch.linux.sys;

import java.io.IOException;
import java.util.Arrays;

/** File descriptors that are kept open for nothing, so that there are some for a port when connections have used up all others. One thread. */
public final class DescriptorReserve {
    private static final int SIZE = 32;
    private static final String FILE = "/dev/null";

    /** What writes a file. */
    @FunctionalInterface
    public interface Writing {
        void run() throws IOException;
    }

    private final int[] descriptors = new int[SIZE];

    public DescriptorReserve() {
        Arrays.fill(descriptors, -1);
        refill();
    }

    /** Whether a failure is for want of descriptors. */
    public static boolean isShortage(DeviceException e) {
        return e.getMessage().contains("EMFILE");
    }

    /** Writes a file; a second time, with the reserve, where there was no descriptor for it. */
    public void write(Writing writing) throws IOException {
        try {
            writing.run();
        } catch (IOException e) {
            if (!String.valueOf(e.getMessage()).contains("Too many open files")) throw e;
            lend();
            writing.run();
        } finally {
            refill();
        }
    }

    /** Frees the descriptors for the caller, who calls {@link #refill} afterwards. */
    public void lend() {
        for (int i = 0; i < SIZE; i++) {
            if (descriptors[i] >= 0) Libc.close(descriptors[i]);
            descriptors[i] = -1;
        }
    }

    /** Opens as many as there can be. */
    public void refill() {
        for (int i = 0; i < SIZE; i++)
            if (descriptors[i] < 0) descriptors[i] = Libc.open(FILE, Linux.O_RDONLY | Linux.O_CLOEXEC);
    }
}
