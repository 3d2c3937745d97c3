package dev.tapswitch.linux.netns;

import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.sys.DeviceException.Kind;
import dev.tapswitch.linux.sys.Errno;
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
        /** The process that has this number now; empty if there is none, or if /proc cannot be read. */
        public static Optional<OfProcess> running(long pid) {
            long ticks = ProcessStat.startTicks(pid);
            return ticks < 0 ? Optional.empty() : Optional.of(new OfProcess(pid, ticks));
        }

        /** Whether this process still runs. True as well if that cannot be found out, as without a free file descriptor. Reads one small file. */
        public boolean isRunning() {
            long now = ProcessStat.startTicks(pid);
            return now == startTicks || now < 0 && now != -Errno.ESRCH;
        }

        /**
         * Throws unless this process still runs. Must be called after the namespace's file was opened: if it returns, the file belongs to this
         * process and not to a later one with the same number.
         */
        void requireRunning() throws DeviceException {
            long now = ProcessStat.startTicks(pid);
            if (now == startTicks) return;
            if (now >= 0 || now == -Errno.ESRCH) throw new DeviceException(Kind.NO_NAMESPACE, whyGone(now));
            throw new DeviceException(
                    (int) now, "cannot find out whether process " + pid + " still runs: " + Errno.text((int) now));
        }

        /** Why the namespace does not exist any more, for error messages. */
        public String whyGone() {
            return whyGone(ProcessStat.startTicks(pid));
        }

        private String whyGone(long now) {
            return "process " + pid + " has ended" + (now >= 0 ? ", and its number is another process's now" : "");
        }

        @Override
        public String toString() {
            return "pid:" + pid;
        }
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

    /** Whether this name currently refers to the daemon's namespace. Makes at most two calls of stat(2). */
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
