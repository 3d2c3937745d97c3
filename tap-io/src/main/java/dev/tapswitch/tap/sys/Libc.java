package dev.tapswitch.tap.sys;

import static java.lang.foreign.ValueLayout.ADDRESS;
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
 */
public final class Libc {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");

    private static final MethodHandle OPEN = variadic(2, "open", JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
    private static final MethodHandle CLOSE = function("close", JAVA_INT, JAVA_INT);
    private static final MethodHandle READ = function("read", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle WRITE = function("write", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle IOCTL = variadic(2, "ioctl", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle FCNTL = variadic(2, "fcntl", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle POLL = function("poll", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static final MethodHandle SETNS = function("setns", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle SOCKET = function("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle SETSOCKOPT =
            function("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle GETSOCKOPT =
            function("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle BIND = function("bind", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle SEND = function("send", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static final MethodHandle SENDMSG = function("sendmsg", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle PIPE2 = function("pipe2", JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle RECV = function("recv", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static final MethodHandle MMAP =
            function("mmap", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle MUNMAP = function("munmap", JAVA_INT, JAVA_LONG, JAVA_LONG);

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
            return (int) orErrno((long) READ.invokeExact(state, fd, address, (long) length), state);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** write(2) of {@code length} bytes at {@code address}. */
    public static int write(int fd, long address, int length) {
        MemorySegment state = callState();
        try {
            return (int) orErrno((long) WRITE.invokeExact(state, fd, address, (long) length), state);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** open(2) of a path; {@code flags} as {@link Linux}'s O_ constants. The new file descriptor. */
    public static int open(String path, int flags) {
        MemorySegment state = callState();
        try (Arena arena = Arena.ofConfined()) {
            return (int) orErrno((int) OPEN.invokeExact(state, arena.allocateFrom(path), flags, 0), state);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    public static int close(int fd) {
        MemorySegment state = callState();
        try {
            return (int) orErrno((int) CLOSE.invokeExact(state, fd), state);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** ioctl(2); {@code argument} is a number or an address, as the request wants it. */
    public static int ioctl(int fd, long request, long argument) {
        MemorySegment state = callState();
        try {
            return (int) orErrno((int) IOCTL.invokeExact(state, fd, request, argument), state);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    public static int fcntl(int fd, int command, long argument) {
        MemorySegment state = callState();
        try {
            return (int) orErrno((int) FCNTL.invokeExact(state, fd, command, argument), state);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** poll(2) of {@code count} struct pollfd at {@code address}; how many have something to say. */
    public static int poll(long address, int count, int timeoutMs) {
        MemorySegment state = callState();
        try {
            return (int) orErrno((int) POLL.invokeExact(state, address, (long) count, timeoutMs), state);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** setns(2): moves the calling thread, and it alone. Never on a thread that others share, never on a virtual thread. */
    public static int setns(int fd, int type) {
        MemorySegment state = callState();
        try {
            return (int) orErrno((int) SETNS.invokeExact(state, fd, type), state);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    public static int socket(int domain, int type, int protocol) {
        MemorySegment state = callState();
        try {
            return (int) orErrno((int) SOCKET.invokeExact(state, domain, type, protocol), state);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    public static int setsockopt(int fd, int level, int name, long address, int length) {
        MemorySegment state = callState();
        try {
            return (int) orErrno((int) SETSOCKOPT.invokeExact(state, fd, level, name, address, length), state);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** getsockopt(2) into {@code address}; the length, a socklen_t, is at {@code lengthAddress}. */
    public static int getsockopt(int fd, int level, int name, long address, long lengthAddress) {
        MemorySegment state = CALL_STATE.get();
        try {
            return (int) orErrno((int) GETSOCKOPT.invokeExact(state, fd, level, name, address, lengthAddress), state);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    public static int bind(int fd, long address, int length) {
        MemorySegment state = callState();
        try {
            return (int) orErrno((int) BIND.invokeExact(state, fd, address, length), state);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    public static int send(int fd, long address, int length, int flags) {
        MemorySegment state = callState();
        try {
            return (int) orErrno((long) SEND.invokeExact(state, fd, address, (long) length, flags), state);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    public static int recv(int fd, long address, int length, int flags) {
        MemorySegment state = callState();
        try {
            return (int) orErrno((long) RECV.invokeExact(state, fd, address, (long) length, flags), state);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** sendmsg(2) of the struct msghdr at {@code address}. */
    public static int sendmsg(int fd, long address, int flags) {
        MemorySegment state = callState();
        try {
            return (int) orErrno((long) SENDMSG.invokeExact(state, fd, address, flags), state);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** pipe2(2): the reading and the writing end, as two ints at {@code address}. */
    public static int pipe2(long address, int flags) {
        MemorySegment state = callState();
        try {
            return (int) orErrno((int) PIPE2.invokeExact(state, address, flags), state);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** mmap(2) where the kernel likes, to be read and written, shared with whoever holds {@code fd}; the address. */
    public static long mmapShared(long length, int fd, long offset) {
        MemorySegment state = callState();
        try {
            int access = Linux.PROT_READ | Linux.PROT_WRITE;
            int kind = Linux.MAP_SHARED | Linux.MAP_POPULATE;
            return orErrno((long) MMAP.invokeExact(state, 0L, length, access, kind, fd, offset), state);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    public static int munmap(long address, long length) {
        MemorySegment state = callState();
        try {
            return (int) orErrno((int) MUNMAP.invokeExact(state, address, length), state);
        } catch (Throwable e) {
            throw impossible(e);
        }
    }

    /** This thread's, for calls that capture errno. */
    static MemorySegment callState() {
        return CALL_STATE.get();
    }

    static long orErrno(long result, MemorySegment state) {
        return result >= 0 ? result : -state.get(JAVA_INT, ERRNO_OFFSET);
    }

    static MethodHandle function(String name, MemoryLayout result, MemoryLayout... arguments) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name), FunctionDescriptor.of(result, arguments), ERRNO);
    }

    static MethodHandle variadic(int fixed, String name, MemoryLayout result, MemoryLayout... arguments) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name),
                FunctionDescriptor.of(result, arguments),
                ERRNO,
                Linker.Option.firstVariadicArg(fixed));
    }

    /** Answers -1 as it is. */
    static MethodHandle withoutErrno(int fixed, String name, MemoryLayout result, MemoryLayout... arguments) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name),
                FunctionDescriptor.of(result, arguments),
                Linker.Option.firstVariadicArg(fixed));
    }

    /** A downcall throws nothing of its own: what comes is an Error of the JVM, or our mistake in a signature. */
    static Error impossible(Throwable e) {
        return e instanceof Error error ? error : new AssertionError(e);
    }
}
