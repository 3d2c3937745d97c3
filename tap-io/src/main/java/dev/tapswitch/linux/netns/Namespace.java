package dev.tapswitch.linux.netns;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A network namespace as a user names it. */
public sealed interface Namespace {
    /** The daemon's own. */
    record Current() implements Namespace {
        @Override
        public String toString() {
            return "host";
        }
    }

    /** As of {@code ip netns}: /run/netns/NAME. */
    record Named(String name) implements Namespace {
        @Override
        public String toString() {
            return name;
        }
    }

    /** A path such as Docker's SandboxKey. */
    record AtPath(String path) implements Namespace {
        @Override
        public String toString() {
            return path;
        }
    }

    /** The one that the process of this number is in, whichever process that is: see {@link OfProcess}. */
    record OfPid(long pid) implements Namespace {
        @Override
        public String toString() {
            return "pid:" + pid;
        }
    }

    /**
     * The one that a certain process is in: once that process has ended, there is none, though its number may be another's.
     *
     * @param startTicks when it started, in clock ticks since the machine did: field 22 of /proc/PID/stat
     */
    record OfProcess(long pid, long startTicks) implements Namespace {
        /** The process that has this number now; empty when none has. */
        public static Optional<OfProcess> running(long pid) {
            return startTicks(pid).map(ticks -> new OfProcess(pid, ticks));
        }

        /** Whether this process still runs. One small file is read. */
        public boolean isRunning() {
            return startTicks(pid).filter(ticks -> ticks == startTicks).isPresent();
        }

        /** Why there is no such namespace any more. */
        public String whyGone() {
            return "process " + pid + " has ended"
                    + (startTicks(pid).isPresent() ? ", and its number is another process's now" : "");
        }

        @Override
        public String toString() {
            return "pid:" + pid;
        }

        /** proc_pid_stat(5). The command's name, in parentheses, is the process's own choice: what follows the last one counts. */
        private static Optional<Long> startTicks(long pid) {
            try {
                String stat = Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
                String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
                // A zombie keeps its number, but has no namespace any more.
                if (fields[0].equals("Z") || fields[0].equals("X")) return Optional.empty();
                return Optional.of(Long.parseLong(fields[START_TIME - FIRST_AFTER_NAME]));
            } catch (IOException | RuntimeException e) {
                return Optional.empty();
            }
        }

        private static final int START_TIME = 22;
        private static final int FIRST_AFTER_NAME = 3;
    }

    /** The file that stands for it. */
    default String file() {
        return switch (this) {
            case Current() -> "/proc/self/ns/net";
            case Named(var name) -> "/run/netns/" + name;
            case AtPath(var path) -> path;
            case OfPid(var pid) -> "/proc/" + pid + "/ns/net";
            case OfProcess(var pid, var _) -> "/proc/" + pid + "/ns/net";
        };
    }

    /** Whether it is the daemon's own now, by whatever name. Two stat(2) at most. */
    default boolean isHost() {
        return this instanceof Current || NamespaceKey.of(this).equals(NamespaceKey.of(new Current()));
    }

    /** Reads {@code host} (or nothing), {@code /path}, {@code pid:123} or {@code name}; IllegalArgumentException says what was expected. */
    static Namespace parse(String text) {
        if (text.isBlank() || text.equals("host")) return new Current();
        if (text.startsWith("/")) return new AtPath(text);
        if (text.matches("pid:[1-9][0-9]{0,9}")) return new OfPid(Long.parseLong(text.substring(4)));
        if (text.matches("[A-Za-z0-9_.+-]{1,200}") && !text.equals(".") && !text.equals("..")) return new Named(text);
        throw new IllegalArgumentException("\"" + text
                + "\" does not name a namespace; expected host, a name as of `ip netns`, /a/path or pid:NUMBER");
    }
}
