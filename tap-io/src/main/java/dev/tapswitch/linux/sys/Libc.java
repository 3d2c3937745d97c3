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
 * The C library's wrappers of the few system calls we make, for Linux on x86-64 and aarch64 (both LP64).
 *
 * <p>Every call answers what the C function answers, or {@code -errno} when that is -1; see {@link Errno} for its name and text. Pointers
 * are raw addresses: the caller keeps the memory alive. Any thread may call; nothing is allocated but once per thread.
 *
 * <p>All have the same shape, for the linker makes code for each shape at run time: with one a function, that was a quarter of a
 * daemon's start. Both ABIs pass an int as the low half of a register.
 */
public final class Libc {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");

    /**
     * What a function takes, whichever it is: the C library reads as many of the registers as it needs, and as much of each. That open, ioctl,
     * fcntl and syscall are variadic makes a difference, in both ABIs, for floating-point arguments only.
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

    /** Where the linker leaves errno, before the JVM can overwrite it: one a thread. */
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
     * read(2) for the way of every frame: -1 whatever the failure, which {@link #read} would tell. Without errno, and by the call's number: keeping errno, and
     * the C library's points of cancellation, are some percent of what a short frame costs.
     */
    public static int tryRead(int fd, long address, int length) {
        try {
            return (int) (long) BY_NUMBER.invokeExact(SYS_READ, (long) fd, address, (long) length, 0L, 0L);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** write(2), as {@link #tryRead}. */
    public static int tryWrite(int fd, long address, int length) {
        try {
            return (int) (long) BY_NUMBER.invokeExact(SYS_WRITE, (long) fd, address, (long) length, 0L, 0L);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** open(2) of a path; {@code flags} as {@link Linux}'s O_ constants. The new file descriptor. */
    public static int open(String path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            return call(OPEN, arena.allocateFrom(path).address(), flags, 0, 0, 0);
        }
    }

    /** signal(2) with SIG_DFL: has a signal do what it does by default, also where its being ignored was inherited. */
    public static int signalDefault(int signal) {
        return call(SIGNAL, signal, 0, 0, 0, 0);
    }

    public static int close(int fd) {
        return call(CLOSE, fd, 0, 0, 0, 0);
    }

    /** ioctl(2); {@code argument} is a number or an address, as the request wants it. */
    public static int ioctl(int fd, long request, long argument) {
        return call(IOCTL, fd, request, argument, 0, 0);
    }

    public static int fcntl(int fd, int command, long argument) {
        return call(FCNTL, fd, command, argument, 0, 0);
    }

    /** poll(2) of {@code count} struct pollfd at {@code address}; how many have something to say. */
    public static int poll(long address, int count, int timeoutMs) {
        return call(POLL, address, count, timeoutMs, 0, 0);
    }

    /** setns(2): moves the calling thread, and it alone. Never on a thread that others share, never on a virtual thread. */
    public static int setns(int fd, int type) {
        return call(SETNS, fd, type, 0, 0, 0);
    }

    public static int socket(int domain, int type, int protocol) {
        return call(SOCKET, domain, type, protocol, 0, 0);
    }

    public static int setsockopt(int fd, int level, int name, long address, int length) {
        return call(SETSOCKOPT, fd, level, name, address, length);
    }

    /** getsockopt(2) into {@code address}; the length, a socklen_t, is at {@code lengthAddress}. */
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

    /** accept4(2) of whoever comes, whose address is not asked for. */
    public static int accept4(int fd, int flags) {
        return call(ACCEPT4, fd, 0, 0, flags, 0);
    }

    public static int connect(int fd, long address, int length) {
        return call(CONNECT, fd, address, length, 0, 0);
    }

    /** pipe2(2): the reading and the writing end, as two ints at {@code address}. */
    public static int pipe2(long address, int flags) {
        return call(PIPE2, address, flags, 0, 0, 0);
    }

    /** mmap(2) where the kernel likes, to be read and written, shared with whoever holds {@code fd}; the address. */
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

    /** This thread's, for calls that capture errno. */
    public static MemorySegment callState() {
        return CALL_STATE.get();
    }

    /** {@code result}: the low half of the register, which is all of it where the function answers an int. */
    public static int orErrno(int result, MemorySegment state) {
        return result >= 0 ? result : -state.get(JAVA_INT, ERRNO_OFFSET);
    }

    public static MethodHandle function(String name) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), SIX_LONGS, ERRNO);
    }

    /** Answers -1 as it is. */
    public static MethodHandle withoutErrno(String name) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), SIX_LONGS);
    }

    /** A downcall throws nothing of its own: what comes is an Error of the JVM, or our mistake in a signature. */
    public static Error impossible(Throwable e) {
        return e instanceof Error error ? error : new AssertionError(e);
    }
}
