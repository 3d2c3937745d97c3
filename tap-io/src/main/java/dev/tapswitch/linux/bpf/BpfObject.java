package dev.tapswitch.linux.bpf;

import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Libc;
import java.nio.file.Path;

/**
 * A map, program or link: a file descriptor, closed on exec. The kernel frees the object when nobody refers to it: no descriptor, in any process, no pin, and,
 * for maps and programs, no program or link that uses it. Descriptors may be passed to other processes by SCM_RIGHTS; the receiver adopts them.
 */
public abstract sealed class BpfObject implements AutoCloseable permits BpfMap, BpfProgram, TcxLink {
    private static final int CLOSED = -1;

    private final String name;
    private int fd;

    BpfObject(String name, int fd) {
        this.name = name;
        this.fd = fd;
    }

    /** For errors and listings. */
    public final String name() {
        return name;
    }

    /** Stays this object's: the caller does not close it. IllegalStateException after {@link #close}. */
    public final int fd() {
        if (fd == CLOSED) throw new IllegalStateException(this + " is closed");
        return fd;
    }

    /**
     * Gives the object a name in a BPF file system, by which it outlives its processes until the file is deleted.
     *
     * @param path in an existing directory, without dots in its name; it must be free
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

    /** A descriptor of what is pinned; the caller's. {@code what} names it in errors. */
    static int open(String what, Path path) throws BpfException {
        int fd = Bpf.get(path.toString());
        if (fd < 0) throw new BpfException("opening the pinned " + what + " at " + path, fd, "");
        return fd;
    }

    /** Closes the descriptor. Again: nothing. */
    @Override
    public final void close() {
        if (fd != CLOSED) Libc.close(fd);
        fd = CLOSED;
    }
}
