package dev.tapswitch.linux.device;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.DeviceException.Kind;
import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.sys.Linux;
import org.junit.jupiter.api.Test;

class QueueFdsTest {
    @Test
    void aNegativeResultIsAFailureWithItsErrno() {
        assertDoesNotThrow(() -> QueueFds.require("setting offloads", 0));
        DeviceException e =
                assertThrows(DeviceException.class, () -> QueueFds.require("setting offloads", -Errno.EINVAL));
        assertEquals("setting offloads: EINVAL, invalid argument", e.getMessage());
        assertEquals(Errno.EINVAL, e.errno());
        assertEquals(Kind.OTHER, e.kind());
    }

    @Test
    void aDescriptorInABadStateMeansThatTheDeviceIsGone() {
        DeviceException e =
                assertThrows(DeviceException.class, () -> QueueFds.require("setting offloads", -Errno.EBADFD));
        assertEquals(Kind.GONE, e.kind());
    }

    @Test
    void nonBlockingIsSetAndCleared() throws DeviceException {
        int fd = Libc.open("/dev/null", Linux.O_RDWR | Linux.O_CLOEXEC);
        QueueFds.setNonBlocking(new int[] {fd}, true);
        assertEquals(Linux.O_NONBLOCK, Libc.fcntl(fd, Linux.F_GETFL, 0) & Linux.O_NONBLOCK);
        QueueFds.setNonBlocking(new int[] {fd}, false);
        assertEquals(0, Libc.fcntl(fd, Linux.F_GETFL, 0) & Linux.O_NONBLOCK);
        QueueFds.close(new int[] {-1, fd});
        assertEquals(-Errno.EBADF, Libc.close(fd));
    }
}
