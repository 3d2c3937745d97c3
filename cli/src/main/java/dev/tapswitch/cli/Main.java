package dev.tapswitch.cli;

import dev.tapswitch.containers.Containers;
import dev.tapswitch.control.Daemon;
import dev.tapswitch.control.DaemonOptions;

/** The main class: runs the {@code tapswitch} command. The daemon is one of its subcommands. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        int exitCode;
        try {
            exitCode = DaemonOptions.ofUnit(arguments)
                    .map(options -> Daemon.run(options, Containers::create))
                    .orElseGet(() -> Tapswitch.run(arguments));
        } catch (OutOfMemoryError e) {
            System.err.println(
                    "tapswitch: out of memory (" + e.getMessage() + "): set TAPSWITCH_JAVA_OPTS=-Xmx256m to use more");
            exitCode = 1;
        }
        System.out.flush();
        System.exit(exitCode);
    }
}
