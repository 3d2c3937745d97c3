package dev.tapswitch.linux.netns;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A name of a network namespace (namespaces(7)) as users write it. The namespace need not exist. */
public sealed interface Namespace {
    /** The namespace of the daemon. */
    record Current() implements Namespace {
        @Override
        public String toString() {
            return "host";
        }
    }

    /** A namespace of {@code ip netns}: /run/netns/NAME. */
    record Named(String name) implements Namespace {
        @Override
        public String toString() {
            return name;
        }
    }

    /** A namespace by the path of its file, such as Docker's SandboxKey. */
    record AtPath(String path) implements Namespace {
        @Override
        public String toString() {
            return path;
        }
    }

    /** The namespace of whichever process has this number when the namespace is entered. {@link OfProcess} is safe against reuse of the number. */
    record OfPid(long pid) implements Namespace {
        @Override
        public String toString() {
            return "pid:" + pid;
        }
    }

    /**
     * The namespace of one particular process. It does not exist once that process has ended, even if another process has the number by then.
     *
     * @param startTicks when the process started, in clock ticks since boot: field 22 of /proc/PID/stat
     */
    record OfProcess(long pid, long startTicks) implements Namespace {
        /** The process that has this number now; empty if there is none. */
        public static Optional<OfProcess> running(long pid) {
            return startTicks(pid).map(ticks -> new OfProcess(pid, ticks));
        }

        /** Whether this process still runs. Reads one small file. */
        public boolean isRunning() {
            return startTicks(pid).filter(ticks -> ticks == startTicks).isPresent();
        }

        /** Why the namespace does not exist any more, for error messages. */
        public String whyGone() {
            return "process " + pid + " has ended"
                    + (startTicks(pid).isPresent() ? ", and its number is another process's now" : "");
        }

        @Override
        public String toString() {
            return "pid:" + pid;
        }

        /**
         * proc_pid_stat(5). The process chooses its command name, which stands in parentheses and may contain some: the fields follow the
         * last one.
         */
        private static Optional<Long> startTicks(long pid) {
            try {
                String stat = Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
                String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
                // A zombie keeps its number but has no namespace.
                if (fields[0].equals("Z") || fields[0].equals("X")) return Optional.empty();
                return Optional.of(Long.parseLong(fields[START_TIME - FIRST_AFTER_NAME]));
            } catch (IOException | RuntimeException e) {
                return Optional.empty();
            }
        }

        private static final int START_TIME = 22;
        private static final int FIRST_AFTER_NAME = 3;
    }

    /** The file that represents the namespace. */
    default String file() {
        return switch (this) {
            case Current() -> "/proc/self/ns/net";
            case Named(var name) -> "/run/netns/" + name;
            case AtPath(var path) -> path;
            case OfPid(var pid) -> "/proc/" + pid + "/ns/net";
            case OfProcess(var pid, var _) -> "/proc/" + pid + "/ns/net";
        };
    }

    /** Whether this name currently refers to the daemon's namespace. Two calls of stat(2) at most. */
    default boolean isHost() {
        return this instanceof Current || NamespaceKey.of(this).equals(NamespaceKey.of(new Current()));
    }

    /**
     * Parses {@code host} or an empty text, {@code /path}, {@code pid:123} or {@code name}.
     *
     * @throws IllegalArgumentException if the text is none of these; the message says what was expected
     */
    static Namespace parse(String text) {
        if (text.isBlank() || text.equals("host")) return new Current();
        if (text.startsWith("/")) return new AtPath(text);
        if (text.matches("pid:[1-9][0-9]{0,9}")) return new OfPid(Long.parseLong(text.substring(4)));
        if (text.matches("[A-Za-z0-9_.+-]{1,200}") && !text.equals(".") && !text.equals("..")) return new Named(text);
        throw new IllegalArgumentException("\"" + text
                + "\" does not name a namespace; expected host, a name of `ip netns`, /a/path or pid:NUMBER");
    }
}
