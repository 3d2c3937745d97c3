package dev.tapswitch.linux.bpf;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tapswitch.linux.sys.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A traffic control program (BPF_PROG_TYPE_SCHED_CLS) in the kernel, verified and compiled. It runs where a link or filter attaches it. */
public final class BpfProgram extends BpfObject {
    private static final int SCHED_CLS = 3;
    /** No {@link KernelFunction} requires a license that is compatible with the GPL. */
    private static final String LICENSE = "Apache-2.0";

    private static final int LOG_SIZE = 1 << 20;
    /** BPF_LOG_LEVEL1: each instruction with the state of the registers. */
    private static final int LOG_LEVEL = 1;

    private BpfProgram(String name, int fd) {
        super(name, fd);
    }

    /**
     * Loads a program. Takes some milliseconds.
     *
     * @param name letters, digits and '_'; the kernel keeps 15 of them
     * @throws BpfException if the verifier rejects the program; the message has the reason, {@link BpfException#verifierLog} the whole log
     */
    public static BpfProgram load(String name, Code code) throws BpfException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = attributes(arena, name, code);
            int fd = Bpf.call(Bpf.PROG_LOAD, attributes);
            if (fd >= 0) return new BpfProgram(name, fd);
            // The verifier's log takes time and a megabyte of memory, so it is requested only after a failure.
            MemorySegment log = arena.allocate(LOG_SIZE);
            attributes.set(JAVA_INT, Bpf.PROGRAM_LOG_LEVEL, LOG_LEVEL);
            attributes.set(JAVA_INT, Bpf.PROGRAM_LOG_SIZE, LOG_SIZE);
            attributes.set(JAVA_LONG, Bpf.PROGRAM_LOG, log.address());
            int again = Bpf.call(Bpf.PROG_LOAD, attributes);
            if (again >= 0) return new BpfProgram(name, again);
            throw refused(name, again, log.getString(0));
        }
    }

    private static MemorySegment attributes(Arena arena, String name, Code code) {
        MemorySegment attributes = Bpf.attributes(arena, Bpf.PROGRAM_SIZE);
        MemorySegment instructions = arena.allocate((long) code.size() * Instruction.SIZE, Long.BYTES);
        MemorySegment.copy(code.encode(), 0, instructions, JAVA_BYTE, 0, code.size() * Instruction.SIZE);
        attributes.set(JAVA_INT, Bpf.PROGRAM_TYPE, SCHED_CLS);
        attributes.set(JAVA_INT, Bpf.PROGRAM_COUNT, code.size());
        attributes.set(JAVA_LONG, Bpf.PROGRAM_INSTRUCTIONS, instructions.address());
        attributes.set(
                JAVA_LONG, Bpf.PROGRAM_LICENSE, arena.allocateFrom(LICENSE).address());
        Bpf.setName(attributes, Bpf.PROGRAM_NAME, name);
        return attributes;
    }

    private static BpfException refused(String name, int errno, String log) {
        String advice = log.isBlank()
                ? errno == -Errno.EPERM ? "run as root, or with CAP_BPF and CAP_NET_ADMIN" : ""
                : "the verifier says: " + reason(log);
        return new BpfException("loading program \"" + name + "\"", errno, advice, log);
    }

    /** The log ends with the verifier's error message, followed by statistics ("processed 12 insns ..."). */
    private static String reason(String log) {
        return log.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("processed "))
                .reduce((earlier, later) -> later)
                .orElse("nothing");
    }

    /** The id that the kernel has given the program; it is the same for all processes. */
    public int id() throws BpfException {
        try (Arena arena = Arena.ofConfined()) {
            // struct bpf_prog_info: type, id
            MemorySegment info = arena.allocate(8, Long.BYTES);
            int result = Bpf.info(fd(), info);
            if (result < 0) throw new BpfException("describing " + this, result, "");
            return info.get(JAVA_INT, 4);
        }
    }

    @Override
    public String toString() {
        return "program \"" + name() + "\"";
    }
}
