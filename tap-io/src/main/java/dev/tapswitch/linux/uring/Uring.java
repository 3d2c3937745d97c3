package dev.tapswitch.linux.uring;

import dev.tapswitch.linux.sys.Libc;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The system calls and constants of io_uring (include/uapi/linux/io_uring.h) for {@link UringRing}. The C library has no wrappers for these calls, so
 * they go through syscall(2); their numbers are the same on x86-64 and aarch64. Results are as in {@link Libc}.
 */
final class Uring {
    static final int SETUP_SUBMIT_ALL = 1 << 7;
    static final int SETUP_SINGLE_ISSUER = 1 << 12;
    static final int SETUP_DEFER_TASKRUN = 1 << 13;

    static final int ENTER_GETEVENTS = 1;

    static final int REGISTER_FILES = 2;
    static final int UNREGISTER_FILES = 3;
    static final int REGISTER_FILES_UPDATE = 6;

    static final long OFFSET_RINGS = 0;
    static final long OFFSET_SQES = 0x1000_0000;

    static final byte READ = 22;
    static final byte WRITE = 23;
    static final byte FIXED_FILE = 1;
    /** IOSQE_CQE_SKIP_SUCCESS: a successful operation posts no completion. Since Linux 5.17. */
    static final byte SKIP_SUCCESS = 1 << 6;

    static final int FEATURE_SKIP_SUCCESS = 1 << 11;

    /** include/uapi/linux/fs.h: a read or write that must not block. The kernel runs it during submission. */
    static final int RWF_NOWAIT = 8;

    /** struct io_uring_params: the requested sizes and flags, and the offsets of the rings' parts. */
    static final int PARAMS_SIZE = 120;

    static final int PARAMS_SQ_ENTRIES = 0;
    static final int PARAMS_CQ_ENTRIES = 4;
    static final int PARAMS_FLAGS = 8;
    static final int PARAMS_FEATURES = 20;
    static final int PARAMS_SQ_TAIL = 44;
    static final int PARAMS_SQ_ARRAY = 64;
    static final int PARAMS_CQ_HEAD = 80;
    static final int PARAMS_CQ_TAIL = 84;
    static final int PARAMS_CQ_CQES = 100;

    /** struct io_uring_sqe. */
    static final int SQE_SIZE = 64;

    static final int SQE_OPCODE = 0;
    static final int SQE_FLAGS = 1;
    static final int SQE_FD = 4;
    static final int SQE_ADDRESS = 16;
    static final int SQE_LENGTH = 24;
    static final int SQE_RW_FLAGS = 28;
    static final int SQE_USER_DATA = 32;

    /** struct io_uring_cqe: user_data, then the result. */
    static final int CQE_SIZE = 16;

    static final int CQE_RESULT = 8;

    /** struct io_uring_files_update: the first index (4 bytes), the address of the new descriptors at offset 8. */
    static final int FILES_UPDATE_SIZE = 16;

    private static final int SYS_SETUP = 425;
    private static final int SYS_ENTER = 426;
    private static final int SYS_REGISTER = 427;

    private static final MethodHandle SYSCALL = Libc.function("syscall");
    private static final MethodHandle ENTER = Libc.withoutErrno("syscall");

    private Uring() {}

    /** io_uring_setup(2). {@code parameters}: the address of a struct io_uring_params, which the kernel fills in. Returns the ring's descriptor. */
    static int setup(int entries, long parameters) {
        return call(SYS_SETUP, entries, parameters, 0, 0);
    }

    /**
     * io_uring_enter(2): submits entries and waits for {@code minComplete} completions. Returns how many entries were submitted, or -1. It
     * does not capture errno: every failure is retried, and capturing would allocate an object per call. The last argument, the size of a
     * signal mask, is not passed: the kernel does not read it without a mask.
     */
    static int enter(int ring, int toSubmit, int minComplete, int flags) {
        try {
            return (int) (long) ENTER.invokeExact(
                    (long) SYS_ENTER, (long) ring, (long) toSubmit, (long) minComplete, (long) flags, 0L);
        } catch (Throwable e) {
            throw Libc.impossible(e);
        }
    }

    /** io_uring_register(2). */
    static int register(int ring, int operation, long argument, int count) {
        return call(SYS_REGISTER, ring, operation, argument, count);
    }

    private static int call(long number, long a, long b, long c, long d) {
        MemorySegment state = Libc.callState();
        try {
            return Libc.orErrno((int) (long) SYSCALL.invokeExact(state, number, a, b, c, d, 0L), state);
        } catch (Throwable e) {
            throw Libc.impossible(e);
        }
    }
}
