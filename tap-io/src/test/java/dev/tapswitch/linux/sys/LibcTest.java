package dev.tapswitch.linux.sys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class LibcTest {
    @Test
    void aReadReturnsTheNumberOfBytesOrANegativeErrno() {
        int zero = Libc.open("/dev/zero", Linux.O_RDONLY | Linux.O_CLOEXEC);
        assertTrue(zero > 0);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(16).fill((byte) 7);
            assertEquals(16, Libc.read(zero, memory.address(), 16));
            assertEquals(0, memory.get(JAVA_BYTE, 15));
            memory.fill((byte) 7);
            assertEquals(16, Libc.tryRead(zero, memory.address(), 16));
            assertEquals(0, memory.get(JAVA_BYTE, 15));
            assertEquals(0, Libc.close(zero));
            assertEquals(-Errno.EBADF, Libc.read(zero, memory.address(), 16));
            assertEquals(-1, Libc.tryRead(zero, memory.address(), 16));
            assertEquals(-1, Libc.tryWrite(zero, memory.address(), 16));
            assertEquals(-Errno.EBADF, Libc.close(zero));
        }
    }

    @Test
    void aWriteReturnsTheNumberOfBytes() {
        int sink = Libc.open("/dev/null", Linux.O_RDWR | Linux.O_CLOEXEC);
        try (Arena arena = Arena.ofConfined()) {
            assertEquals(64, Libc.write(sink, arena.allocate(64).address(), 64));
            assertEquals(64, Libc.tryWrite(sink, arena.allocate(64).address(), 64));
        } finally {
            assertEquals(0, Libc.close(sink));
        }
    }

    @Test
    void fileStatusFlagsAreReadAndSet() {
        int zero = Libc.open("/dev/zero", Linux.O_RDONLY | Linux.O_CLOEXEC);
        try {
            int flags = Libc.fcntl(zero, Linux.F_GETFL, 0);
            assertEquals(0, flags & Linux.O_NONBLOCK);
            assertEquals(0, Libc.fcntl(zero, Linux.F_SETFL, flags | Linux.O_NONBLOCK));
            assertEquals(Linux.O_NONBLOCK, Libc.fcntl(zero, Linux.F_GETFL, 0) & Linux.O_NONBLOCK);
        } finally {
            assertEquals(0, Libc.close(zero));
        }
    }

    @Test
    void openingAFileThatDoesNotExistReturnsEnoent() {
        assertEquals(-Errno.ENOENT, Libc.open("/does/not/exist", Linux.O_RDONLY));
    }

    @Test
    void anErrnoHasANameAndAText() {
        assertEquals("EBUSY", Errno.name(-Errno.EBUSY));
        assertEquals("EBUSY, device or resource busy", Errno.text(Errno.EBUSY));
        assertEquals("errno 523", Errno.text(523));
    }
}
