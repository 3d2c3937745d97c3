package dev.tapswitch.linux.bpf;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tapswitch.linux.sys.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The maps of programs that another process has loaded. */
public final class ProgramMaps {
    // struct bpf_prog_info
    private static final int INFO_SIZE = 80;
    private static final int INFO_MAP_COUNT = 52;
    private static final int INFO_MAP_IDS = 56;
    private static final int MAX_MAPS = 64;
    // struct bpf_map_info: type, id, key_size, value_size, max_entries, map_flags, name
    private static final int MAP_INFO_SIZE = 40;
    private static final int MAP_INFO_NAME = 24;

    private ProgramMaps() {}

    /**
     * Opens the maps that the programs with these ids use. Returns their descriptors, which the caller owns, by the maps' names in the kernel; empty if
     * there is no program.
     */
    public static Map<String, Integer> open(List<Integer> programs) throws BpfException {
        Map<String, Integer> maps = new HashMap<>();
        for (int id : programs) {
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
