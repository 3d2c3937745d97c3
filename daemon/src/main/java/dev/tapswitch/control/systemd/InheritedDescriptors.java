package dev.tapswitch.control.systemd;

import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.sys.Linux;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The descriptors that systemd passes at the start, by name: sd_listen_fds_with_names(3). If the environment variables are not valid there are none: what an
 * earlier daemon stored must not make a start fail. Not thread-safe.
 */
final class InheritedDescriptors {
    /** SD_LISTEN_FDS_START of sd_listen_fds(3). */
    private static final int FIRST = 3;

    private static final int MAX_COUNT = 1 << 16;

    private final Map<String, List<Integer>> byName = new LinkedHashMap<>();

    private InheritedDescriptors() {}

    /** Takes the descriptors of this process. Child processes do not inherit them. */
    static InheritedDescriptors take(Map<String, String> environment) {
        InheritedDescriptors taken = new InheritedDescriptors();
        long pid = number(environment.get("LISTEN_PID"));
        long count = number(environment.get("LISTEN_FDS"));
        if (pid != ProcessHandle.current().pid() || count < 1 || count > MAX_COUNT) return taken;
        String[] names = environment.getOrDefault("LISTEN_FDNAMES", "").split(":", -1);
        for (int i = 0; i < count; i++) {
            int fd = FIRST + i;
            if (Libc.fcntl(fd, Linux.F_SETFD, Linux.FD_CLOEXEC) < 0) continue; // The descriptor is not open.
            String name = i < names.length ? names[i] : "";
            taken.byName.computeIfAbsent(name, _ -> new ArrayList<>()).add(fd);
        }
        return taken;
    }

    /** Adds the descriptors of a name, which another process has sent. */
    void put(String name, int[] descriptors) {
        List<Integer> list = byName.computeIfAbsent(name, _ -> new ArrayList<>());
        for (int descriptor : descriptors) list.add(descriptor);
    }

    /** Returns the descriptors of a name. The caller owns them; a second call returns none. */
    int[] take(String name) {
        List<Integer> found = byName.remove(name);
        return found == null
                ? new int[0]
                : found.stream().mapToInt(Integer::intValue).toArray();
    }

    /** The names of the descriptors that have not been taken. */
    List<String> names() {
        return List.copyOf(byName.keySet());
    }

    private static long number(String text) {
        return text != null && text.matches("[0-9]{1,18}") ? Long.parseLong(text) : -1;
    }
}
