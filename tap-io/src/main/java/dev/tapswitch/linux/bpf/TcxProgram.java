package dev.tapswitch.linux.bpf;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Attaches programs to what interfaces receive, by tcx (Linux 6.6) without a link: an attachment belongs to its interface and lasts as long as the
 * interface. Interface indexes refer to the namespace of the calling thread. No other software may attach programs to these interfaces.
 */
public final class TcxProgram {
    private static final int MAX_PROGRAMS = 64;
    // struct bpf_prog_info
    private static final int INFO_SIZE = 80;
    private static final int INFO_MAP_COUNT = 52;
    private static final int INFO_MAP_IDS = 56;
    private static final int MAX_MAPS = 64;
    // struct bpf_map_info: type, id, key_size, value_size, max_entries, map_flags, name
    private static final int MAP_INFO_SIZE = 40;
    private static final int MAP_INFO_NAME = 24;

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

    /** The ids of the attached programs; none if the interface does not exist. */
    private static List<Integer> attached(int ifindex) throws BpfException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ids = arena.allocate(JAVA_INT, MAX_PROGRAMS);
            MemorySegment attributes = Bpf.attributes(arena, Bpf.QUERY_SIZE);
            attributes.set(JAVA_INT, Bpf.QUERY_IFINDEX, ifindex);
            attributes.set(JAVA_INT, Bpf.QUERY_TYPE, Bpf.TCX_INGRESS);
            attributes.set(JAVA_LONG, Bpf.QUERY_IDS, ids.address());
            attributes.set(JAVA_INT, Bpf.QUERY_COUNT, MAX_PROGRAMS);
            int result = Bpf.call(Bpf.PROG_QUERY, attributes);
            if (result == -Errno.ENODEV || result == -Errno.ENOENT) return List.of();
            if (result < 0) throw new BpfException("asking for the programs of interface " + ifindex, result, "");
            List<Integer> found = new ArrayList<>();
            for (int i = 0; i < attributes.get(JAVA_INT, Bpf.QUERY_COUNT); i++) found.add(ids.getAtIndex(JAVA_INT, i));
            return found;
        }
    }

    /**
     * Opens the maps that an interface's programs use. Returns their descriptors, which the caller owns, by the maps' names in the kernel; empty if
     * there is no program.
     */
    public static Map<String, Integer> maps(int ifindex) throws BpfException {
        Map<String, Integer> maps = new HashMap<>();
        for (int id : attached(ifindex)) {
            int program = Bpf.byId(Bpf.PROG_GET_FD_BY_ID, id);
            if (program < 0) throw new BpfException("opening program " + id, program, "");
            try {
                for (int map : mapIds(program)) {
                    int fd = Bpf.byId(Bpf.MAP_GET_FD_BY_ID, map);
                    if (fd < 0) throw new BpfException("opening map " + map, fd, "");
                    put(maps, fd);
                }
            } catch (BpfException e) {
                maps.values().forEach(Libc::close);
                throw e;
            } finally {
                Libc.close(program);
            }
        }
        return maps;
    }

    private static void put(Map<String, Integer> maps, int fd) throws BpfException {
        try {
            Integer same = maps.put(nameOf(fd), fd);
            if (same != null) Libc.close(same);
        } catch (BpfException e) {
            Libc.close(fd);
            throw e;
        }
    }

    private static List<Integer> mapIds(int program) throws BpfException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment ids = arena.allocate(JAVA_INT, MAX_MAPS);
            MemorySegment info = arena.allocate(INFO_SIZE, Long.BYTES);
            info.set(JAVA_INT, INFO_MAP_COUNT, MAX_MAPS);
            info.set(JAVA_LONG, INFO_MAP_IDS, ids.address());
            int result = Bpf.info(program, info);
            if (result < 0) throw new BpfException("describing a program", result, "");
            List<Integer> found = new ArrayList<>();
            for (int i = 0; i < info.get(JAVA_INT, INFO_MAP_COUNT); i++) found.add(ids.getAtIndex(JAVA_INT, i));
            return found;
        }
    }

    private static String nameOf(int map) throws BpfException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = arena.allocate(MAP_INFO_SIZE, Long.BYTES);
            int result = Bpf.info(map, info);
            if (result < 0) throw new BpfException("describing a map", result, "");
            byte[] name = info.asSlice(MAP_INFO_NAME, Bpf.NAME_SIZE).toArray(JAVA_BYTE);
            int length = 0;
            while (length < name.length && name[length] != 0) length++;
            return new String(name, 0, length, StandardCharsets.US_ASCII);
        }
    }
}
