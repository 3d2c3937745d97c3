package dev.tapswitch.cli;

import dev.tapswitch.cli.lab.RunningLab;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs commands in the nodes of a lab and collects their output. */
final class NodeProcess {
    private static final long MAX_SECONDS = 60;

    private final String lab;

    NodeProcess(String lab) {
        this.lab = lab;
    }

    /** Whether a command is installed. */
    static boolean has(String command) {
        for (var folder : System.getenv().getOrDefault("PATH", "/usr/bin").split(":", -1))
            if (Files.isExecutable(Path.of(folder, command))) return true;
        return false;
    }

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** Runs a command to its end and returns its output, whatever its exit code. */
    String run(String node, String... command) throws IOException {
        var process = start(node, command);
        var printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        stop(process);
        return printed;
    }

    String tapswitch(String node, String... arguments) throws IOException {
        var command = new ArrayList<>(
                List.of(java(), "-cp", System.getProperty("java.class.path"), "dev.tapswitch.cli.Main"));
        command.addAll(List.of(arguments));
        return run(node, command.toArray(String[]::new));
    }

    Process start(String node, String... command) throws IOException {
        var words = new ArrayList<>(List.of("ip", "netns", "exec", RunningLab.namespaceOf(lab + "/" + node)));
        if (command[0].equals("ping") || command[0].equals("iperf3") || command[0].equals("curl"))
            words.addAll(List.of("timeout", Long.toString(MAX_SECONDS)));
        words.addAll(List.of(command));
        return new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"))
                .start();
    }

    /** Waits until a process in the node listens on a TCP port. Returns after about five seconds even if there is none; the next command then fails. */
    void awaitListening(String node, int port) throws IOException {
        for (int tries = 0; tries < 100; tries++) {
            if (!run(node, "ss", "-Hltn", "sport = :" + port).isBlank()) return;
            pause();
        }
    }

    /** Waits up to 100 ms for a process to end, then stops it: with SIGTERM, and 3 s later with SIGKILL. */
    void stop(Process process) {
        try {
            if (process.waitFor(100, TimeUnit.MILLISECONDS)) return;
            process.destroy();
            if (!process.waitFor(3, TimeUnit.SECONDS)) process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new CommandException("interrupted");
        }
    }

    private static void pause() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException("interrupted");
        }
    }
}
