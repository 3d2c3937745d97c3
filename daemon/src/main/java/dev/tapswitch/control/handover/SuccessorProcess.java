package dev.tapswitch.control.handover;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Starts the successor by the launcher that started this daemon, because an upgrade may have replaced it, with another Java and other options. Uses the
 * command line of this process if there is no launcher (java -jar).
 */
final class SuccessorProcess {
    /** The environment variable with the path of the launcher, which the launcher exports. */
    private static final String LAUNCHER = "TAPSWITCH_LAUNCHER";

    /** The suffix that the kernel adds to the path of a deleted program (proc_pid_exe(5)). */
    private static final String DELETED = " (deleted)";

    private SuccessorProcess() {}

    /** Starts a process. {@code arguments}: of the tapswitch command. {@code socket}: on which this process listens. */
    static Process of(List<String> arguments, Path socket) throws IOException {
        String launcher = System.getenv().getOrDefault(LAUNCHER, "");
        List<String> command;
        if (launcher.isEmpty()) {
            command = ownCommandLine();
        } else {
            command = new ArrayList<>(List.of(launcher));
            command.addAll(arguments);
        }
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        // These variables apply to this process: its inherited descriptors, and its pid, which the watchdog expects.
        List.of("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "WATCHDOG_PID").forEach(builder.environment()::remove);
        builder.environment().put(HandoverProtocol.VARIABLE, socket.toString());
        return builder.start();
    }

    private static List<String> ownCommandLine() throws IOException {
        String text = Files.readString(Path.of("/proc/self/cmdline"), StandardCharsets.UTF_8);
        List<String> command = new ArrayList<>(Arrays.asList(text.split("\0")));
        String program = Files.readSymbolicLink(Path.of("/proc/self/exe")).toString();
        // An upgrade has replaced the file, and the new one has the same path.
        if (program.endsWith(DELETED)) program = program.substring(0, program.length() - DELETED.length());
        command.set(0, program);
        return command;
    }
}
