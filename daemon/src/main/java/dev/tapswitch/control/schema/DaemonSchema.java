package dev.tapswitch.control.schema;

import dev.tapswitch.dataplane.IoMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The settings of the daemon itself: the top level of the configuration file. */
public final class DaemonSchema {
    private static final int MAX_WORKERS = 64;
    private static final long MAX_BUSY_POLL_MICROS = 10_000;
    /** sizeof(sockaddr_un.sun_path) less the final 0: include/uapi/linux/un.h. */
    private static final int MAX_SOCKET_BYTES = 107;

    public static final Setting<Path> SOCKET = Setting.of(
                    "socket",
                    path(DaemonSchema::socketPath),
                    Path.of("/run/tapswitch/tapswitch.sock"),
                    "The unix socket of the control API, mode 0660, group tapswitch.")
            .fixed()
            .notInLabs()
            .build();

    public static final Setting<Path> STATE = Setting.of(
                    "state",
                    path(DaemonSchema::absolutePath),
                    Path.of("/var/lib/tapswitch"),
                    "The directory of the state files: what was added by command or API is restored from them at the start.")
            .fixed()
            .notInLabs()
            .build();

    public static final Setting<IoMode> IO = Setting.of(
                    "io",
                    new SettingType.Choice<>(
                            Map.of("auto", IoMode.AUTO, "epoll", IoMode.EPOLL, "io_uring", IoMode.IO_URING), "MODE"),
                    IoMode.AUTO,
                    "The interface with which workers wait and read: epoll, io_uring, or auto for the faster one that works.")
            .fixed()
            .build();

    public static final Setting<Integer> WORKERS = Setting.of(
                    "workers",
                    new SettingType.WholeNumber(1, MAX_WORKERS),
                    // The other CPUs are left to the network stacks of the namespaces.
                    Math.max(1, Runtime.getRuntime().availableProcessors() / 2),
                    "Event loops that forward frames; each has a queue of every port.")
            .fixed()
            .defaultText("half the CPUs, at least 1")
            .build();

    public static final Setting<Long> BUSY_POLL_NANOS = Setting.of(
                    "busy-poll",
                    new SettingType.Text<>("TIME", DaemonSchema::busyPollNanos, nanos -> nanos / 1_000 + "us", false),
                    50_000L,
                    "How long a worker polls for more frames before it sleeps, while frames arrive in quick succession; it shortens round trips. 0 for never.")
            .fixed()
            .build();

    public static final Setting<String> LOG_LEVEL = Setting.of(
                    "log-level",
                    new SettingType.Choice<>(
                            Map.of(
                                    "trace", "TRACE", "debug", "DEBUG", "info", "INFO", "warn", "WARN", "error",
                                    "ERROR"),
                            "LEVEL"),
                    "INFO",
                    "The least important messages that are logged.")
            .build();

    /** All settings, in the order of the documentation. */
    public static final List<Setting<?>> ALL = List.of(SOCKET, STATE, IO, WORKERS, BUSY_POLL_NANOS, LOG_LEVEL);

    private DaemonSchema() {}

    static SettingType<Path> path(Function<String, Path> parser) {
        return new SettingType.Text<>("PATH", parser, Path::toString, false);
    }

    /** An absolute path that fits into a unix socket's address. */
    static Path socketPath(String text) {
        Path path = absolutePath(text);
        if (text.getBytes(StandardCharsets.UTF_8).length <= MAX_SOCKET_BYTES) return path;
        throw new IllegalArgumentException(
                "\"" + text + "\" is too long; expected at most " + MAX_SOCKET_BYTES + " bytes");
    }

    private static Path absolutePath(String text) {
        if (text.startsWith("/") && text.indexOf('\0') < 0) return Path.of(text);
        throw new IllegalArgumentException("\"" + text + "\" is not an absolute path; expected one that begins with /");
    }

    private static long busyPollNanos(String text) {
        long micros = Durations.parseMicros(text);
        if (micros <= MAX_BUSY_POLL_MICROS) return micros * 1_000;
        throw new IllegalArgumentException("\"" + text + "\" is too long; expected 0 to 10ms, such as 50us");
    }
}
