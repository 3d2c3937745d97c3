package dev.tapswitch.linux.bpf;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Attaches programs to what interfaces receive, by tcx (Linux 6.6) without a link: an attachment belongs to its interface and lasts as long as the
 * interface. Interface indexes refer to the namespace of the calling thread. No other software may attach programs to these interfaces.
 */
public final class TcxProgram {
    private static final int MAX_PROGRAMS = 64;

    private TcxProgram() {}

    /** Attaches a program, or replaces the attached one atomically. */
    public static void attach(BpfProgram program, int ifindex) throws BpfException {
        List<Integer> attached = attached(ifindex);
        // The kernel refuses to replace a program by itself: EEXIST.
        if (attached.contains(program.id())) return;
        int replaced = attached.isEmpty() ? 0 : Bpf.byId(Bpf.PROG_GET_FD_BY_ID, attached.getFirst());
        int result = replaced < 0 ? replaced : call(Bpf.PROG_ATTACH, ifindex, program.fd(), replaced);
        if (replaced > 0) Libc.close(replaced);
        if (result < 0) throw new BpfException("attaching " + program + " to interface " + ifindex, result, "");
    }

    /** Detaches all programs; does nothing if the interface does not exist. */
    public static void detach(int ifindex) throws BpfException {
        for (int id : attached(ifindex)) {
            int fd = Bpf.byId(Bpf.PROG_GET_FD_BY_ID, id);
            int result = fd < 0 ? fd : call(Bpf.PROG_DETACH, ifindex, fd, 0);
            if (fd >= 0) Libc.close(fd);
            if (result < 0 && result != -Errno.ENOENT && result != -Errno.ENODEV)
                throw new BpfException("detaching a program from interface " + ifindex, result, "");
        }
    }

    private static int call(int command, int ifindex, int program, int replaced) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = Bpf.attributes(arena, Bpf.ATTACH_SIZE);
            attributes.set(JAVA_INT, Bpf.ATTACH_IFINDEX, ifindex);
            attributes.set(JAVA_INT, Bpf.ATTACH_PROGRAM, program);
            attributes.set(JAVA_INT, Bpf.ATTACH_TYPE, Bpf.TCX_INGRESS);
            if (replaced > 0) {
                attributes.set(JAVA_INT, Bpf.ATTACH_FLAGS, Bpf.BPF_F_REPLACE);
                attributes.set(JAVA_INT, Bpf.ATTACH_REPLACED, replaced);
            }
            return Bpf.call(command, attributes);
        }
    }

    /** The ids of the attached programs; none if the interface does not exist, or if the kernel has no tcx. */
    public static List<Integer> attached(int ifindex) throws BpfException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ids = arena.allocate(JAVA_INT, MAX_PROGRAMS);
            MemorySegment attributes = Bpf.attributes(arena, Bpf.QUERY_SIZE);
            attributes.set(JAVA_INT, Bpf.QUERY_IFINDEX, ifindex);
            attributes.set(JAVA_INT, Bpf.QUERY_TYPE, Bpf.TCX_INGRESS);
            attributes.set(JAVA_LONG, Bpf.QUERY_IDS, ids.address());
            attributes.set(JAVA_INT, Bpf.QUERY_COUNT, MAX_PROGRAMS);
            int result = Bpf.call(Bpf.PROG_QUERY, attributes);
            if (result == -Errno.ENODEV || result == -Errno.ENOENT || result == -Errno.EINVAL) return List.of();
            if (result < 0) throw new BpfException("asking for the programs of interface " + ifindex, result, "");
            List<Integer> found = new ArrayList<>();
            for (int i = 0; i < attributes.get(JAVA_INT, Bpf.QUERY_COUNT); i++) found.add(ids.getAtIndex(JAVA_INT, i));
            return found;
        }
    }
}
