package dev.tapswitch.tap.device;

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

    /** The one that a process is in. */
    record OfPid(long pid) implements Namespace {
        @Override
        public String toString() {
            return "pid:" + pid;
        }
    }

    /** The file that stands for it. */
    default String file() {
        return switch (this) {
            case Current() -> "/proc/self/ns/net";
            case Named(var name) -> "/run/netns/" + name;
            case AtPath(var path) -> path;
            case OfPid(var pid) -> "/proc/" + pid + "/ns/net";
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
