package dev.tapswitch.control.systemd;

import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.sys.Linux;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The descriptors that systemd hands over at the start, by name: sd_listen_fds_with_names(3). What makes no sense in the environment
 * reads as none: a start must never fail because of what an earlier daemon left.
 */
final class InheritedDescriptors {
    /** SD_LISTEN_FDS_START. */
    private static final int FIRST = 3;

    private static final int MAX_COUNT = 1 << 16;

    private final Map<String, List<Integer>> byName = new LinkedHashMap<>();

    private InheritedDescriptors() {}

    /** Of this process; they will not be inherited any further. */
    static InheritedDescriptors take(Map<String, String> environment) {
        InheritedDescriptors taken = new InheritedDescriptors();
        long pid = number(environment.get("LISTEN_PID"));
        long count = number(environment.get("LISTEN_FDS"));
        if (pid != ProcessHandle.current().pid() || count < 1 || count > MAX_COUNT) return taken;
        String[] names = environment.getOrDefault("LISTEN_FDNAMES", "").split(":", -1);
        for (int i = 0; i < count; i++) {
            int fd = FIRST + i;
            if (Libc.fcntl(fd, Linux.F_SETFD, Linux.FD_CLOEXEC) < 0) continue; // not open
            String name = i < names.length ? names[i] : "";
            taken.byName.computeIfAbsent(name, _ -> new ArrayList<>()).add(fd);
        }
        return taken;
    }

    /** Those of a name, as another process has sent them. */
    void put(String name, int[] descriptors) {
        List<Integer> list = byName.computeIfAbsent(name, _ -> new ArrayList<>());
        for (int descriptor : descriptors) list.add(descriptor);
    }

    /** Those of a name, now the caller's; none the second time. */
    int[] take(String name) {
        List<Integer> found = byName.remove(name);
        return found == null
                ? new int[0]
                : found.stream().mapToInt(Integer::intValue).toArray();
    }

    /** The names of what has not been taken. */
    List<String> names() {
        return List.copyOf(byName.keySet());
    }

    private static long number(String text) {
        return text != null && text.matches("[0-9]{1,18}") ? Long.parseLong(text) : -1;
    }
}
