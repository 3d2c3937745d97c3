package dev.tapswitch.e2e.testbed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;

/** The listening TCP sockets in the network namespace of a process. */
public final class ListeningSockets {
    private ListeningSockets() {}

    /** Waits until some process in the namespace listens on the port. */
    public static void await(long pid, int port) {
        // proc_pid_net(5): local address, remote address, state; 0A is TCP_LISTEN.
        Pattern listening = Pattern.compile(":%04X 0+:0000 0A ".formatted(port));
        Await.within(
                Duration.ofMinutes(2),
                () -> "a process in the namespace of process " + pid + " listens on TCP port " + port,
                () -> listening.matcher(read(pid, "tcp") + read(pid, "tcp6")).find());
    }

    private static String read(long pid, String protocol) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/net/" + protocol));
        } catch (IOException e) {
            throw new AssertionError("process " + pid + " has ended", e);
        }
    }
}
