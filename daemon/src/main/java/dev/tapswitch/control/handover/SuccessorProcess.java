package dev.tapswitch.control.handover;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Starts the successor with the launcher that started this daemon, because an upgrade may have replaced it, with another Java and other options. Without a
 * launcher (java -jar) the command line of this process is used.
 */
final class SuccessorProcess {
    /** Exported by the launchers. */
    private static final String LAUNCHER = "TAPSWITCH_LAUNCHER";

    private static final String DELETED = " (deleted)";

    private SuccessorProcess() {}

    /** {@code arguments}: of the tapswitch command. */
    static Process of(List<String> arguments, Path socket) throws IOException {
        String launcher = System.getenv().getOrDefault(LAUNCHER, "");
        List<String> words;
        if (launcher.isEmpty()) {
            words = ownCommandLine();
        } else {
            words = new ArrayList<>(List.of(launcher));
            words.addAll(arguments);
        }
        ProcessBuilder builder = new ProcessBuilder(words).inheritIO();
        // These variables apply to this process: its inherited descriptors, and its pid, which the watchdog expects.
        List.of("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "WATCHDOG_PID").forEach(builder.environment()::remove);
        builder.environment().put(HandoverProtocol.VARIABLE, socket.toString());
        return builder.start();
    }

    private static List<String> ownCommandLine() throws IOException {
        String text = Files.readString(Path.of("/proc/self/cmdline"), StandardCharsets.UTF_8);
        List<String> words = new ArrayList<>(Arrays.asList(text.split("\0")));
        String program = Files.readSymbolicLink(Path.of("/proc/self/exe")).toString();
        // An upgrade has replaced the file.
        if (program.endsWith(DELETED)) program = program.substring(0, program.length() - DELETED.length());
        words.set(0, program);
        return words;
    }
}
