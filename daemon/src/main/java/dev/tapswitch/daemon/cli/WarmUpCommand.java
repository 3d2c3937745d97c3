package dev.tapswitch.daemon.cli;

import dev.tapswitch.daemon.Daemon;
import dev.tapswitch.daemon.DaemonOptions;
import dev.tapswitch.daemon.client.ApiClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;

/** What the launcher runs once after a build while the JVM records which classes are used, for its AOT cache: a daemon without ports, and commands that ask it. */
@Command(name = "warm-up", hidden = true, description = "Exercise the command and the daemon once.")
final class WarmUpCommand implements Runnable {
    private static final List<String> COMMANDS = List.of(
            "status",
            "status --json",
            "show",
            "switch list",
            "switch show",
            "port list",
            "mac list",
            "showmacs",
            "neigh list",
            "stats",
            "stats --json",
            "reload",
            "version",
            "--help",
            "port add --help",
            "lab list",
            "mac add 02:00:00:00:00:01 none",
            "trace --seconds 1",
            "switch");

    @Override
    public void run() {
        try {
            var directory = Files.createTempDirectory("tapswitch-warm-up");
            try {
                exercise(directory);
            } finally {
                try (var walk = Files.walk(directory)) {
                    for (var path :
                            walk.sorted(java.util.Comparator.reverseOrder()).toList()) Files.deleteIfExists(path);
                }
            }
        } catch (IOException e) {
            throw new CommandFailed("cannot warm up: " + e.getMessage());
        }
    }

    private static void exercise(Path directory) throws IOException {
        var socket = directory.resolve("tapswitch.sock");
        var config = directory.resolve("tapswitch.yaml");
        Files.writeString(
                config,
                "socket: " + socket + "\nstate: " + directory.resolve("state") + "\nswitches: {warm: {arp: direct}}\n");
        Thread.ofPlatform().daemon().start(() -> Daemon.run(new DaemonOptions(config)));
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (!ApiClient.answers(socket) && System.nanoTime() < deadline) LockSupport.parkNanos(20_000_000);
        for (var command : COMMANDS) {
            var words = (command + " --socket " + socket).split(" ");
            Tapswitch.commandLine(words)
                    .setOut(new PrintWriter(java.io.Writer.nullWriter()))
                    .setErr(new PrintWriter(java.io.Writer.nullWriter()))
                    .execute(words);
        }
    }
}
