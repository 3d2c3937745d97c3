package dev.tapswitch.linux.unix;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.sys.Linux;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * A Unix datagram socket that sends messages and file descriptors to one address. The JDK has neither Unix datagram sockets nor descriptor passing.
 * Thread-safe. Sending blocks while the receiver's queue is full.
 */
public final class UnixDatagramSocket implements AutoCloseable {
    // struct msghdr on LP64: msg_name (8), msg_namelen (4, padded to 8), msg_iov, msg_iovlen, msg_control,
    // msg_controllen (8 each), msg_flags
    static final int MSGHDR_SIZE = 56;
    // struct cmsghdr on LP64: cmsg_len (8), cmsg_level (4), cmsg_type (4), then data, padded to 8
    static final int CMSGHDR_SIZE = 16;

    private final MemorySegment address;
    private final int fd;

    /**
     * Opens the socket; the receiver need not exist yet.
     *
     * @param path the receiver's path; a path that begins with @ is an abstract address (unix(7))
     * @throws IllegalArgumentException if the path cannot be an address
     * @throws IllegalStateException if the socket cannot be opened
     */
    public UnixDatagramSocket(String path) {
        byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
        if (bytes.length < 2 || bytes.length >= Linux.SUN_PATH_SIZE || (bytes[0] != '/' && bytes[0] != '@')) {
            throw new IllegalArgumentException("\"" + path
                    + "\" is not the address of a Unix socket; expected an absolute path or @NAME, shorter than "
                    + Linux.SUN_PATH_SIZE + " bytes");
        }
        boolean isAbstract = bytes[0] == '@';
        if (isAbstract) bytes[0] = 0;
        // A path ends with a zero byte. An abstract address does not: all its bytes count.
        address = Arena.ofAuto().allocate(Linux.SUN_PATH_OFFSET + bytes.length + (isAbstract ? 0L : 1L), 8);
        address.set(JAVA_SHORT, 0, (short) Linux.AF_UNIX);
        MemorySegment.copy(bytes, 0, address, JAVA_BYTE, Linux.SUN_PATH_OFFSET, bytes.length);
        fd = Libc.socket(Linux.AF_UNIX, Linux.SOCK_DGRAM | Linux.SOCK_CLOEXEC, 0);
        if (fd < 0) throw new IllegalStateException("cannot open a Unix socket: " + Errno.text(fd));
    }

    /** Sends one datagram with duplicates of at most {@link Linux#SCM_MAX_FD} descriptors. Returns the number of bytes sent, or -errno. */
    public int send(byte[] message, int... descriptors) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment vector = arena.allocate(16, 8);
            vector.set(JAVA_LONG, 0, arena.allocateFrom(JAVA_BYTE, message).address());
            vector.set(JAVA_LONG, 8, message.length);
            MemorySegment header = arena.allocate(MSGHDR_SIZE, 8);
            header.set(JAVA_LONG, 0, address.address());
            header.set(JAVA_INT, 8, (int) address.byteSize());
            header.set(JAVA_LONG, 16, vector.address());
            header.set(JAVA_LONG, 24, 1);
            if (descriptors.length > 0) {
                MemorySegment control = control(arena, descriptors);
                header.set(JAVA_LONG, 32, control.address());
                header.set(JAVA_LONG, 40, control.byteSize());
            }
            int sent;
            do {
                sent = Libc.sendmsg(fd, header.address(), Linux.MSG_NOSIGNAL);
            } while (sent == -Errno.EINTR);
            return sent;
        }
    }

    /** An SCM_RIGHTS control message. */
    static MemorySegment control(Arena arena, int... descriptors) {
        long length = CMSGHDR_SIZE + (long) Integer.BYTES * descriptors.length;
        MemorySegment control = arena.allocate((length + 7) & ~7L, 8);
        control.set(JAVA_LONG, 0, length);
        control.set(JAVA_INT, 8, Linux.SOL_SOCKET);
        control.set(JAVA_INT, 12, Linux.SCM_RIGHTS);
        MemorySegment.copy(descriptors, 0, control, JAVA_INT, CMSGHDR_SIZE, descriptors.length);
        return control;
    }

    @Override
    public void close() {
        Libc.close(fd);
    }
}
