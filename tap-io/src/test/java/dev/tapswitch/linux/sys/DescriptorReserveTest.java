package dev.tapswitch.linux.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class DescriptorReserveTest {
    private static final int SIZE = 32;

    @Test
    void aWriteThatFailsIsRepeatedWithTheReserveReleasedAndTheReserveIsRefilled() throws IOException {
        int before = openDescriptors();
        var reserve = new DescriptorReserve();
        int[] descriptors = new int[2];
        int[] attempts = {0};
        reserve.write(() -> {
            descriptors[attempts[0]++] = openDescriptors();
            if (attempts[0] == 1) throw new IOException("Too many open files");
        });
        assertEquals(2, attempts[0]);
        assertTrue(descriptors[0] - descriptors[1] >= SIZE / 2, descriptors[0] + " then " + descriptors[1]);
        assertTrue(openDescriptors() - before >= SIZE / 2);
        reserve.release();
    }

    @Test
    void theSecondFailureIsThrown() {
        var reserve = new DescriptorReserve();
        int[] attempts = {0};
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
