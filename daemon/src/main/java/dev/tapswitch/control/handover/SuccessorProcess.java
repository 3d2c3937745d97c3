package dev.tapswitch.control.handover;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How the successor is started. The launcher that started this daemon is run again, for it may be another version's, with another Java and
 * other options; without one (java -jar) it is this process's own command line.
 */
final class SuccessorProcess {
    /** Exported by the launchers. */
    private static final String LAUNCHER = "TAPSWITCH_LAUNCHER";

    private static final String DELETED = " (deleted)";

    private SuccessorProcess() {}

    /** {@code arguments}: those of the tapswitch command. */
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
        // Of this process: descriptors that were inherited, and its pid as the one to be watched.
        List.of("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "WATCHDOG_PID").forEach(builder.environment()::remove);
        builder.environment().put(HandoverProtocol.VARIABLE, socket.toString());
        return builder.start();
    }

    private static List<String> ownCommandLine() throws IOException {
        String text = Files.readString(Path.of("/proc/self/cmdline"), StandardCharsets.UTF_8);
        List<String> words = new ArrayList<>(Arrays.asList(text.split("\0")));
        String program = Files.readSymbolicLink(Path.of("/proc/self/exe")).toString();
        // An upgrade has put another in its place.
        if (program.endsWith(DELETED)) program = program.substring(0, program.length() - DELETED.length());
        words.set(0, program);
        return words;
    }
}
