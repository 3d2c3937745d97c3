package dev.tapswitch.cli;

import dev.tapswitch.cli.client.ApiClient;
import dev.tapswitch.containers.Containers;
import dev.tapswitch.control.Daemon;
import dev.tapswitch.control.DaemonOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Runs a daemon and a set of commands once. The launcher runs it after a build while the JVM records the classes that are used for the AOT
 * cache. Classes that are not used here are loaded from the jar, slowly, on each use.
 */
@Command(name = "warm-up", hidden = true, description = "Run the commands and the daemon once.")
final class WarmUpCommand implements Runnable {
    @Option(names = "--ports", description = "Open ports too; needs a dedicated network namespace.")
    private boolean withPorts;

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

    private static final String WITHOUT_PORTS = "switches: {warm: {arp: direct}}\n";
    /** One port in a namespace that the daemon has to enter, and one in its own namespace. */
    private static final String WITH_PORTS =
            """
            switches:
              warm:
                ports:
                  a: {namespace: "pid:%1$d", device: warm0, addresses: [198.18.0.1/24, "fd00::1/64"]}
                  b: {device: warm1, addresses: [198.18.0.2/24], routes: ["198.18.1.0/24 via 198.18.0.9"]}
            """.formatted(ProcessHandle.current().pid());

    @Override
    public void run() {
        try {
            var directory = Files.createTempDirectory("tapswitch-warm-up");
            try {
                exercise(directory, withPorts ? WITH_PORTS : WITHOUT_PORTS);
            } finally {
                try (var walk = Files.walk(directory)) {
                    for (var path :
                            walk.sorted(java.util.Comparator.reverseOrder()).toList()) Files.deleteIfExists(path);
                }
            }
        } catch (IOException e) {
            throw new CommandException("the warm-up failed: " + e.getMessage());
        }
    }

    private static void exercise(Path directory, String switches) throws IOException {
        var socket = directory.resolve("tapswitch.sock");
        var config = directory.resolve("tapswitch.yaml");
        Files.writeString(config, "socket: " + socket + "\nstate: " + directory.resolve("state") + "\n" + switches);
        Thread.ofPlatform().daemon().start(() -> Daemon.run(new DaemonOptions(config), Containers::create));
        long deadline = System.nanoTime() + 10_000_000_000L;
        while (!ApiClient.isListening(socket) && System.nanoTime() < deadline) LockSupport.parkNanos(20_000_000);
        for (var command : COMMANDS) {
            var words = (command + " --socket " + socket).split(" ");
            Tapswitch.commandLine(words)
                    .setOut(new PrintWriter(java.io.Writer.nullWriter()))
                    .setErr(new PrintWriter(java.io.Writer.nullWriter()))
                    .execute(words);
        }
    }
}
