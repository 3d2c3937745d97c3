package dev.tapswitch.linux.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The system calls that Tapswitch makes, through the C library, for Linux on x86-64 and aarch64 (both LP64).
 *
 * <p>Every method returns what the C function returns, or {@code -errno} if the function failed; {@link Errno} has names and texts. Pointers are raw
 * addresses: the caller keeps the memory alive. Thread-safe. Each thread allocates once, for errno; the calls themselves allocate nothing, except
 * {@link #open}.
 *
 * <p>All functions share one signature, because the linker generates code for each signature at run time: with a signature per function this took a
 * quarter of the daemon's start time. Both ABIs pass an int in the low half of a register.
 */
public final class Libc {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");

    /**
     * The signature of every function: the C library reads as many registers, and as many bits of each, as the function has parameters. open, ioctl,
     * fcntl and syscall are variadic; in both ABIs this matters for floating-point arguments only.
     */
    private static final FunctionDescriptor SIX_LONGS =
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

    private static final MethodHandle OPEN = function("open");
    private static final MethodHandle CLOSE = function("close");
    private static final MethodHandle READ = function("read");
    private static final MethodHandle WRITE = function("write");
    private static final MethodHandle IOCTL = function("ioctl");
    private static final MethodHandle FCNTL = function("fcntl");
    private static final MethodHandle POLL = function("poll");
    private static final MethodHandle SETNS = function("setns");
    private static final MethodHandle UNSHARE = function("unshare");
    private static final MethodHandle MOUNT = function("mount");
    private static final MethodHandle UMOUNT2 = function("umount2");
    private static final MethodHandle SOCKET = function("socket");
    private static final MethodHandle SETSOCKOPT = function("setsockopt");
    private static final MethodHandle GETSOCKOPT = function("getsockopt");
    private static final MethodHandle BIND = function("bind");
    private static final MethodHandle SEND = function("send");
    private static final MethodHandle SENDMSG = function("sendmsg");
    private static final MethodHandle RECVMSG = function("recvmsg");
    private static final MethodHandle LISTEN = function("listen");
    private static final MethodHandle ACCEPT4 = function("accept4");
    private static final MethodHandle CONNECT = function("connect");
    private static final MethodHandle PIPE2 = function("pipe2");
    private static final MethodHandle RECV = function("recv");
    private static final MethodHandle MMAP = function("mmap");
    private static final MethodHandle MUNMAP = function("munmap");
    private static final MethodHandle SIGNAL = function("signal");
    private static final MethodHandle GETRUSAGE = function("getrusage");

    private static final MethodHandle BY_NUMBER = withoutErrno("syscall");
    private static final boolean IS_ARM = System.getProperty("os.arch").equals("aarch64");
    private static final long SYS_READ = IS_ARM ? 63 : 0;
    private static final long SYS_WRITE = IS_ARM ? 64 : 1;

    /** Memory where the linker stores errno before the JVM can overwrite it; one per thread. */
    private static final ThreadLocal<MemorySegment> CALL_STATE =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(Linker.Option.captureStateLayout()));

    private static final long ERRNO_OFFSET =
            Linker.Option.captureStateLayout().byteOffset(MemoryLayout.PathElement.groupElement("errno"));

    private Libc() {}

    /** read(2) into {@code length} bytes at {@code address}. */
    public static int read(int fd, long address, int length) {
        MemorySegment state = callState();
        try {
            return orErrno((int) (long) READ.invokeExact(state, (long) fd, address, (long) length, 0L, 0L, 0L), state);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** write(2) of {@code length} bytes at {@code address}. */
    public static int write(int fd, long address, int length) {
        MemorySegment state = callState();
        try {
            return orErrno((int) (long) WRITE.invokeExact(state, (long) fd, address, (long) length, 0L, 0L, 0L), state);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /**
     * read(2) for the data path: -1 on any failure; {@link #read} returns the errno. It makes the system call by number and does not
     * capture errno, because capturing errno and the C library's cancellation points cost several percent of the time that a short frame
     * takes.
     */
    public static int tryRead(int fd, long address, int length) {
        try {
            return (int) (long) BY_NUMBER.invokeExact(SYS_READ, (long) fd, address, (long) length, 0L, 0L);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** write(2) for the data path, as {@link #tryRead}. */
    public static int tryWrite(int fd, long address, int length) {
        try {
            return (int) (long) BY_NUMBER.invokeExact(SYS_WRITE, (long) fd, address, (long) length, 0L, 0L);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** open(2). {@code flags}: O_ constants of {@link Linux}. Returns the new file descriptor. */
    public static int open(String path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            return call(OPEN, arena.allocateFrom(path).address(), flags, 0, 0, 0);
        }
    }

    /** signal(2) with SIG_DFL: restores the default action of a signal, also if this process inherited that the signal is ignored. */
    public static int signalDefault(int signal) {
        return call(SIGNAL, signal, 0, 0, 0, 0);
    }

    /** close(2). The descriptor is closed even if this returns an error. */
    public static int close(int fd) {
        return call(CLOSE, fd, 0, 0, 0, 0);
    }

    /** ioctl(2). {@code argument} is a number or an address, depending on the request. */
    public static int ioctl(int fd, long request, long argument) {
        return call(IOCTL, fd, request, argument, 0, 0);
    }

    public static int fcntl(int fd, int command, long argument) {
        return call(FCNTL, fd, command, argument, 0, 0);
    }

    /** poll(2) of {@code count} struct pollfd at {@code address}. Returns how many of them have events. */
    public static int poll(long address, int count, int timeoutMs) {
        return call(POLL, address, count, timeoutMs, 0, 0);
    }

    /** setns(2): moves the calling thread only. Must not be called on a pooled thread or on a virtual thread. */
    public static int setns(int fd, int type) {
        return call(SETNS, fd, type, 0, 0, 0);
    }

    /** unshare(2): gives the calling thread only a new namespace. The rules of {@link #setns} apply. */
    public static int unshare(int flags) {
        return call(UNSHARE, flags, 0, 0, 0, 0);
    }

    /** mount(2) with MS_BIND: makes what is at one path appear at another. */
    public static int mountBind(String from, String to) {
        try (Arena arena = Arena.ofConfined()) {
            return call(
                    MOUNT,
                    arena.allocateFrom(from).address(),
                    arena.allocateFrom(to).address(),
                    0,
                    Linux.MS_BIND,
                    0);
        }
    }

    /** umount2(2). {@code flags}: MNT_ constants and UMOUNT_NOFOLLOW of {@link Linux}. */
    public static int unmount(String path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            return call(UMOUNT2, arena.allocateFrom(path).address(), flags, 0, 0, 0);
        }
    }

    public static int socket(int domain, int type, int protocol) {
        return call(SOCKET, domain, type, protocol, 0, 0);
    }

    public static int setsockopt(int fd, int level, int name, long address, int length) {
        return call(SETSOCKOPT, fd, level, name, address, length);
    }

    /** getsockopt(2) into {@code address}. {@code lengthAddress} points to the length, a socklen_t. */
    public static int getsockopt(int fd, int level, int name, long address, long lengthAddress) {
        return call(GETSOCKOPT, fd, level, name, address, lengthAddress);
    }

    public static int bind(int fd, long address, int length) {
        return call(BIND, fd, address, length, 0, 0);
    }

    public static int send(int fd, long address, int length, int flags) {
        return call(SEND, fd, address, length, flags, 0);
    }

    public static int recv(int fd, long address, int length, int flags) {
        return call(RECV, fd, address, length, flags, 0);
    }

    /** sendmsg(2) of the struct msghdr at {@code address}. */
    public static int sendmsg(int fd, long address, int flags) {
        return call(SENDMSG, fd, address, flags, 0, 0);
    }

    /** recvmsg(2) into the struct msghdr at {@code address}. */
    public static int recvmsg(int fd, long address, int flags) {
        return call(RECVMSG, fd, address, flags, 0, 0);
    }

    public static int listen(int fd, int backlog) {
        return call(LISTEN, fd, backlog, 0, 0, 0);
    }

    /** accept4(2) without the peer's address. */
    public static int accept4(int fd, int flags) {
        return call(ACCEPT4, fd, 0, 0, flags, 0);
    }

    public static int connect(int fd, long address, int length) {
        return call(CONNECT, fd, address, length, 0, 0);
    }

    /** pipe2(2): writes the descriptors of the read end and of the write end to {@code address}, as two ints. */
    public static int pipe2(long address, int flags) {
        return call(PIPE2, address, flags, 0, 0, 0);
    }

    /** mmap(2) of {@code fd}, readable, writable and shared, at an address that the kernel chooses. Returns the address. */
    public static long mmapShared(long length, int fd, long offset) {
        MemorySegment state = callState();
        try {
            long access = Linux.PROT_READ | Linux.PROT_WRITE;
            long kind = Linux.MAP_SHARED | Linux.MAP_POPULATE;
            long address = (long) MMAP.invokeExact(state, 0L, length, access, kind, (long) fd, offset);
            return address >= 0 ? address : orErrno(-1, state);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    public static int munmap(long address, long length) {
        return call(MUNMAP, address, length, 0, 0, 0);
    }

    /** getrusage(2) into the struct rusage at {@code address}. */
    public static int getrusage(int who, long address) {
        MemorySegment state = callState();
        try {
            return orErrno((int) (long) GETRUSAGE.invokeExact(state, (long) who, address, 0L, 0L, 0L, 0L), state);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    private static int call(MethodHandle function, long a, long b, long c, long d, long e) {
        MemorySegment state = callState();
        try {
            return orErrno((int) (long) function.invokeExact(state, a, b, c, d, e, 0L), state);
        } catch (Throwable thrown) {
            throw impossible(thrown);
        }
    }

    /** The memory where this thread's calls store errno; the first argument of a {@link #function}. */
    public static MemorySegment callState() {
        return CALL_STATE.get();
    }

    /** Returns {@code result}, the low half of the register, or -errno if it is negative. */
    public static int orErrno(int result, MemorySegment state) {
        return result >= 0 ? result : -state.get(JAVA_INT, ERRNO_OFFSET);
    }

    /** A function of the C library that takes the call state, then six longs, and returns a long. */
    public static MethodHandle function(String name) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), SIX_LONGS, ERRNO);
    }

    /** A function of the C library that takes six longs and returns a long; its errno is lost. */
    public static MethodHandle withoutErrno(String name) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), SIX_LONGS);
    }

    /** A downcall declares Throwable but throws only errors of the JVM, or of a wrong signature here. */
    public static Error impossible(Throwable e) {
        return e instanceof Error error ? error : new AssertionError(e);
    }
}
