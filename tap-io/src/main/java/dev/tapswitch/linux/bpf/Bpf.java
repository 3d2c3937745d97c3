package dev.tapswitch.linux.bpf;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/**
 * bpf(2): its commands, and union bpf_attr (include/uapi/linux/bpf.h) as one structure per command. The kernel accepts a union that is shorter than
 * its own and treats the missing members as zero, so each size constant ends after the last member that we set.
 */
final class Bpf {
    // enum bpf_cmd
    static final int MAP_CREATE = 0;
    static final int MAP_LOOKUP_ELEM = 1;
    static final int MAP_UPDATE_ELEM = 2;
    static final int MAP_DELETE_ELEM = 3;
    static final int PROG_LOAD = 5;
    static final int OBJ_PIN = 6;
    static final int OBJ_GET = 7;
    static final int PROG_ATTACH = 8;
    static final int PROG_DETACH = 9;
    static final int PROG_GET_FD_BY_ID = 13;
    static final int MAP_GET_FD_BY_ID = 14;
    static final int OBJ_GET_INFO_BY_FD = 15;
    static final int PROG_QUERY = 16;
    static final int MAP_LOOKUP_BATCH = 24;
    static final int LINK_CREATE = 28;
    static final int LINK_UPDATE = 29;

    /** BPF_OBJ_NAME_LEN, with the zero at the end. */
    static final int NAME_SIZE = 16;

    // BPF_MAP_CREATE
    static final int MAP_CREATE_SIZE = 48;
    static final int MAP_TYPE = 0;
    static final int MAP_KEY_SIZE = 4;
    static final int MAP_VALUE_SIZE = 8;
    static final int MAP_MAX_ENTRIES = 12;
    static final int MAP_FLAGS = 16;
    static final int MAP_NAME = 28;

    // BPF_MAP_*_ELEM
    static final int ELEMENT_SIZE = 32;
    static final int ELEMENT_MAP = 0;
    static final int ELEMENT_KEY = 8;
    static final int ELEMENT_VALUE = 16;
    static final int ELEMENT_FLAGS = 24;

    // BPF_MAP_LOOKUP_BATCH
    static final int BATCH_SIZE = 56;
    static final int BATCH_IN = 0;
    static final int BATCH_OUT = 8;
    static final int BATCH_KEYS = 16;
    static final int BATCH_VALUES = 24;
    static final int BATCH_COUNT = 32;
    static final int BATCH_MAP = 36;

    // BPF_PROG_LOAD
    static final int PROGRAM_SIZE = 72;
    static final int PROGRAM_TYPE = 0;
    static final int PROGRAM_COUNT = 4;
    static final int PROGRAM_INSTRUCTIONS = 8;
    static final int PROGRAM_LICENSE = 16;
    static final int PROGRAM_LOG_LEVEL = 24;
    static final int PROGRAM_LOG_SIZE = 28;
    static final int PROGRAM_LOG = 32;
    static final int PROGRAM_NAME = 48;

    // BPF_OBJ_PIN, BPF_OBJ_GET
    static final int PIN_SIZE = 16;
    static final int PIN_PATH = 0;
    static final int PIN_FD = 8;

    // BPF_OBJ_GET_INFO_BY_FD
    static final int INFO_SIZE = 16;
    static final int INFO_FD = 0;
    static final int INFO_LENGTH = 4;
    static final int INFO_ADDRESS = 8;

    /** enum bpf_attach_type, BPF_TCX_INGRESS: what an interface receives. */
    static final int TCX_INGRESS = 46;

    // BPF_LINK_CREATE of a tcx link: include/uapi/linux/bpf.h of Linux 6.6
    static final int LINK_SIZE = 32;
    static final int LINK_PROGRAM = 0;
    static final int LINK_IFINDEX = 4;
    static final int LINK_ATTACH_TYPE = 8;

    // BPF_PROG_ATTACH, BPF_PROG_DETACH of tcx
    static final int ATTACH_SIZE = 32;
    static final int ATTACH_IFINDEX = 0;
    static final int ATTACH_PROGRAM = 4;
    static final int ATTACH_TYPE = 8;
    static final int ATTACH_FLAGS = 12;
    static final int ATTACH_REPLACED = 16;
    static final int BPF_F_REPLACE = 1 << 2;

    // BPF_PROG_QUERY of tcx
    static final int QUERY_SIZE = 64;
    static final int QUERY_IFINDEX = 0;
    static final int QUERY_TYPE = 4;
    static final int QUERY_IDS = 16;
    static final int QUERY_COUNT = 24;

    // BPF_*_GET_FD_BY_ID
    static final int BY_ID_SIZE = 16;

    // BPF_LINK_UPDATE
    static final int UPDATE_SIZE = 16;
    static final int UPDATE_LINK = 0;
    static final int UPDATE_PROGRAM = 4;

    /** arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h. */
    private static final int SYS_BPF = System.getProperty("os.arch").equals("aarch64") ? 280 : 321;

    private static final MethodHandle SYSCALL = Libc.function("syscall");
    /** Attempts per command: the kernel may return EAGAIN or EINTR after a signal (bpf(2)). */
    private static final int ATTEMPTS = 5;

    private Bpf() {}

    /** Executes a command. Returns the result, for some commands a descriptor, or -errno. */
    static int call(int command, MemorySegment attributes) {
        int result = -Errno.EAGAIN;
        for (int i = 0; i < ATTEMPTS && (result == -Errno.EAGAIN || result == -Errno.EINTR); i++) {
            result = callOnce(command, attributes);
        }
        return result;
    }

    private static int callOnce(int command, MemorySegment attributes) {
        MemorySegment state = Libc.callState();
        try {
            int result = (int) (long) SYSCALL.invokeExact(
                    state, (long) SYS_BPF, (long) command, attributes.address(), attributes.byteSize(), 0L, 0L);
            return Libc.orErrno(result, state);
        } catch (Throwable e) {
            throw Libc.impossible(e);
        }
    }

    /** BPF_OBJ_PIN. */
    static int pin(int fd, String path) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = attributes(arena, PIN_SIZE);
            attributes.set(JAVA_LONG, PIN_PATH, arena.allocateFrom(path).address());
            attributes.set(JAVA_INT, PIN_FD, fd);
            return call(OBJ_PIN, attributes);
        }
    }

    /** BPF_OBJ_GET: a new descriptor, which is closed on exec, or -errno. */
    static int get(String path) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = attributes(arena, PIN_SIZE);
            attributes.set(JAVA_LONG, PIN_PATH, arena.allocateFrom(path).address());
            return call(OBJ_GET, attributes);
        }
    }

    /** BPF_OBJ_GET_INFO_BY_FD: copies the structure that describes the object to {@code info}, as much of it as fits. */
    static int info(int fd, MemorySegment info) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = attributes(arena, INFO_SIZE);
            attributes.set(JAVA_INT, INFO_FD, fd);
            attributes.set(JAVA_INT, INFO_LENGTH, (int) info.byteSize());
            attributes.set(JAVA_LONG, INFO_ADDRESS, info.address());
            return call(OBJ_GET_INFO_BY_FD, attributes);
        }
    }

    /** BPF_PROG_GET_FD_BY_ID or BPF_MAP_GET_FD_BY_ID, which need CAP_SYS_ADMIN: a new descriptor or -errno. */
    static int byId(int command, int id) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = attributes(arena, BY_ID_SIZE);
            attributes.set(JAVA_INT, 0, id);
            return call(command, attributes);
        }
    }

    /** Zeroed memory for the attributes of a command. */
    static MemorySegment attributes(Arena arena, int size) {
        return arena.allocate(size, Long.BYTES);
    }

    /** Sets an object's name, of which the first 15 bytes are used. The kernel accepts letters, digits, '_' and '.'. */
    static void setName(MemorySegment attributes, int offset, String name) {
        byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
        MemorySegment.copy(bytes, 0, attributes, JAVA_BYTE, offset, Math.min(bytes.length, NAME_SIZE - 1));
    }
}
