package dev.tapswitch.linux.netns;

import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.sys.Linux;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * Reads /proc/PID/stat (proc_pid_stat(5)). It makes the system calls itself, because an IOException does not distinguish a missing process from a
 * shortage of file descriptors.
 */
final class ProcessStat {
    private static final int START_TIME = 22;
    /** The number of the first field after the command name. */
    private static final int STATE = 3;
    /** More than the longest line: 52 fields of at most 20 digits. */
    private static final int MAX_LENGTH = 2_048;

    private ProcessStat() {}

    /**
     * The time at which a process started, in clock ticks since boot.
     *
     * @return -ESRCH if there is no such process or it is a zombie, which has no namespace; another negative errno if that cannot be found out
     */
    static long startTicks(long pid) {
        int fd = Libc.open("/proc/" + pid + "/stat", Linux.O_RDONLY | Linux.O_CLOEXEC);
        if (fd < 0) return fd == -Errno.ENOENT ? -Errno.ESRCH : fd;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment line = arena.allocate(MAX_LENGTH);
            int length = Libc.read(fd, line.address(), MAX_LENGTH);
            if (length < 0) return length;
            byte[] bytes = line.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
            return startTicks(new String(bytes, StandardCharsets.ISO_8859_1));
        } finally {
            Libc.close(fd);
        }
    }

    /**
     * The command name is in parentheses and may itself contain parentheses, because the process chooses it. So the other fields begin after the last
     * closing parenthesis.
     */
    static long startTicks(String line) {
        String[] fields = line.substring(line.lastIndexOf(')') + 1).strip().split(" ", -1);
        if (fields[0].equals("Z") || fields[0].equals("X")) return -Errno.ESRCH;
        return fields.length > START_TIME - STATE ? Long.parseLong(fields[START_TIME - STATE]) : -Errno.EIO;
    }
}
