package dev.tapswitch.linux.device;

import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.DeviceException.Kind;
import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.sys.Linux;

/** Operations on the file descriptors of a device's queues. */
public final class QueueFds {
    private QueueFds() {}

    /** Closes the descriptors; negative ones are ignored. */
    public static void close(int[] fds) {
        for (int fd : fds) if (fd >= 0) Libc.close(fd);
    }

    /** Sets or clears O_NONBLOCK. */
    public static void setNonBlocking(int[] fds, boolean nonBlocking) throws DeviceException {
        for (int fd : fds) {
            int flags = Libc.fcntl(fd, Linux.F_GETFL, 0);
            require("O_NONBLOCK", flags);
            int wanted = nonBlocking ? flags | Linux.O_NONBLOCK : flags & ~Linux.O_NONBLOCK;
            require("O_NONBLOCK", Libc.fcntl(fd, Linux.F_SETFL, wanted));
        }
    }

    /**
     * Checks the result of a system call on a queue.
     *
     * @param what the operation, for the message
     * @throws DeviceException if the result is -errno; EBADFD means that the device is gone (drivers/net/tun.c)
     */
    public static void require(String what, int result) throws DeviceException {
        if (result == -Errno.EBADFD)
            throw new DeviceException(Kind.GONE, result, "the device or its namespace is gone");
        if (result < 0) throw new DeviceException(result, what + ": " + Errno.text(result));
    }
}
