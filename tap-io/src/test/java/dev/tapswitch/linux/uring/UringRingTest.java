package dev.tapswitch.linux.uring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.sys.Linux;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reads and writes a pipe. Skipped where the kernel has no io_uring or does not permit it. */
class UringRingTest {
    private static final int ENTRIES = 4;
    private static final int SIZE = 16;

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment memory = arena.allocate((long) ENTRIES * SIZE, 8);
    private UringRing ring;
    private int readEnd;
    private int writeEnd;

    @BeforeEach
    void open() {
        try {
            ring = UringRing.open(ENTRIES);
        } catch (IOException e) {
            abort(e.getMessage());
        }
        MemorySegment pipe = arena.allocate(2L * Integer.BYTES, 4);
        assertEquals(0, Libc.pipe2(pipe.address(), Linux.O_CLOEXEC | Linux.O_NONBLOCK));
        readEnd = pipe.get(JAVA_INT, 0);
        writeEnd = pipe.get(JAVA_INT, Integer.BYTES);
    }

    @AfterEach
    void close() {
        if (ring == null) return;
        ring.close();
        ring.close();
        Libc.close(readEnd);
        Libc.close(writeEnd);
        arena.close();
    }

    private void prepareRead(int entry, int handle) {
        ring.prepareRead(entry, at(entry), SIZE);
        ring.setFile(entry, handle);
    }

    private void prepareWrite(int entry, int handle, int length) {
        ring.prepareWrite(entry);
        ring.setFile(entry, handle);
        ring.setMemory(entry, at(entry), length);
    }

    private long at(int entry) {
        return memory.address() + (long) entry * SIZE;
    }

    @Test
    void entriesRunInOrderWithinOneSubmission() {
        memory.set(JAVA_BYTE, 0, (byte) 7);
        memory.set(JAVA_BYTE, SIZE, (byte) 8);
        prepareWrite(0, ring.register(writeEnd), 3);
        prepareWrite(1, UringRing.unregistered(writeEnd), 2);
        prepareRead(2, ring.register(readEnd));
        ring.add(0, 3);
        assertTrue(ring.run());
        assertEquals(3, ring.result(0));
        assertEquals(2, ring.result(1));
        assertEquals(5, ring.result(2));
        assertEquals(7, memory.get(JAVA_BYTE, 2L * SIZE));
        assertEquals(8, memory.get(JAVA_BYTE, 2L * SIZE + 3));
    }

    @Test
    void aReadOfAnEmptyPipeDoesNotBlock() {
        prepareRead(0, ring.register(readEnd));
        ring.add(0, 1);
        assertTrue(ring.run());
        assertEquals(-Errno.EAGAIN, ring.result(0));
    }

    @Test
    void aFailedWriteReportsItsErrnoAndTheNextOneIsRun() {
        prepareWrite(0, ring.register(readEnd), 1);
        prepareWrite(1, ring.register(writeEnd), 1);
        ring.add(0, 2);
        assertTrue(ring.run());
        assertEquals(-Errno.EBADF, ring.result(0));
        assertEquals(1, ring.result(1));
    }

    @Test
    void entriesAreReusedInLaterSubmissions() {
        int write = ring.register(writeEnd);
        int read = ring.register(readEnd);
        prepareWrite(0, write, 1);
        prepareRead(1, read);
        for (int i = 0; i < 100; i++) {
            ring.add(0, 2);
            assertTrue(ring.run());
            assertEquals(1, ring.result(0));
            assertEquals(1, ring.result(1));
        }
    }

    @Test
    void aRegisteredFileIsReleasedByUnregister() {
        int read = ring.register(readEnd);
        ring.unregister(read);
        prepareRead(0, read);
        ring.add(0, 1);
        assertTrue(ring.run());
        if (read >= 0) assertEquals(-Errno.EBADF, ring.result(0));
        assertEquals(read, ring.register(readEnd), "the index is free again");
    }
}
