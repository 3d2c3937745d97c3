package dev.tapswitch.linux.bpf;

import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Libc;
import java.nio.file.Path;

/**
 * A map, program or link: a file descriptor, closed on exec. The kernel frees the object when nothing refers to it any more: no descriptor in any
 * process, no pin and, for maps and programs, no program, link or filter that uses it. Descriptors may be passed to other processes by SCM_RIGHTS;
 * the receiver adopts them.
 */
public abstract sealed class BpfObject implements AutoCloseable permits BpfMap, BpfProgram, TcxLink {
    private static final int CLOSED = -1;

    private final String name;
    private int fd;

    BpfObject(String name, int fd) {
        this.name = name;
        this.fd = fd;
    }

    /** The name in error messages and listings. */
    public final String name() {
        return name;
    }

    /** The descriptor, which this object owns: the caller must not close it. Throws IllegalStateException after {@link #close}. */
    public final int fd() {
        if (fd == CLOSED) throw new IllegalStateException(this + " is closed");
        return fd;
    }

    /**
     * Pins the object in a BPF file system: it then exists at least until the file is deleted, even without processes that have it open.
     *
     * @param path in an existing directory; the file must not exist, and its name must not contain '.'
     */
    public final void pin(Path path) throws BpfException {
        int result = Bpf.pin(fd(), path.toString());
        if (result < 0) throw new BpfException("pinning " + this + " at " + path, result, pinAdvice(result, path));
    }

    private static String pinAdvice(int errno, Path path) {
        return switch (-errno) {
            case Errno.EPERM ->
                path.getParent()
                        + " must be in a BPF file system (mount -t bpf bpf /sys/fs/bpf), and its name without '.'";
            case Errno.ENOENT -> "the directory " + path.getParent() + " does not exist";
            default -> "";
        };
    }

    /** Opens a pinned object. The caller owns the descriptor that is returned. {@code what} names the object in error messages. */
    static int open(String what, Path path) throws BpfException {
        int fd = Bpf.get(path.toString());
        if (fd < 0) throw new BpfException("opening the pinned " + what + " at " + path, fd, "");
        return fd;
    }

    /** Closes the descriptor. A second call does nothing. */
    @Override
    public final void close() {
        if (fd != CLOSED) Libc.close(fd);
        fd = CLOSED;
    }
}
