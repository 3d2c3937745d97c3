package dev.tapswitch.linux.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class DescriptorReserveTest {
    private static final int SIZE = 32;

    /** While true, the reserve opens no file, as if the process had no descriptors left. */
    private final AtomicBoolean isShort = new AtomicBoolean();

    private DescriptorReserve reserve() {
        return new DescriptorReserve(
                () -> isShort.get() ? -Errno.EMFILE : Libc.open("/dev/null", Linux.O_RDONLY | Linux.O_CLOEXEC));
    }

    @Test
    void aWriteThatFailsForLackOfDescriptorsIsRepeatedWithTheReserveReleased() throws IOException {
        int before = openDescriptors();
        var reserve = reserve();
        int[] descriptors = new int[2];
        int[] attempts = {0};
        reserve.write(() -> {
            descriptors[attempts[0]++] = openDescriptors();
            isShort.set(attempts[0] == 1);
            if (attempts[0] == 1) throw new IOException("Too many open files");
        });
        assertEquals(2, attempts[0]);
        assertTrue(descriptors[0] - descriptors[1] >= SIZE / 2, descriptors[0] + " then " + descriptors[1]);
        assertTrue(openDescriptors() - before >= SIZE / 2, "the reserve is refilled");
        reserve.release();
    }

    @Test
    void aWriteThatFailsForAnotherReasonIsNotRepeated() {
        var reserve = reserve();
        int[] attempts = {0};
        IOException e = assertThrows(
                IOException.class,
                () -> reserve.write(() -> {
                    throw new IOException("No space left on device, attempt " + ++attempts[0]);
                }));
        assertEquals("No space left on device, attempt 1", e.getMessage());
        assertEquals(1, attempts[0]);
        reserve.release();
    }

    @Test
    void theFailureOfTheSecondAttemptIsThrown() {
        var reserve = reserve();
        int[] attempts = {0};
        isShort.set(true);
        IOException e = assertThrows(
                IOException.class,
                () -> reserve.write(() -> {
                    throw new IOException("attempt " + ++attempts[0]);
                }));
        assertEquals("attempt 2", e.getMessage());
        reserve.release();
    }

    /** Other threads of this JVM may open and close some meanwhile: callers compare with a margin. */
    private static int openDescriptors() {
        return new File("/proc/self/fd").list().length;
    }
}
