package dev.tapswitch.cli;

import dev.tapswitch.containers.Containers;
import dev.tapswitch.control.Daemon;
import dev.tapswitch.control.DaemonOptions;

/** Where the JVM comes in: the {@code tapswitch} command, of which the daemon is one verb. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        int exitCode;
        try {
            exitCode = DaemonOptions.asUnitsWriteThem(arguments)
                    .map(options -> Daemon.run(options, Containers::create))
                    .orElseGet(() -> Tapswitch.run(arguments));
        } catch (OutOfMemoryError e) {
            System.err.println(
                    "tapswitch: out of memory (" + e.getMessage() + "): give it more by TAPSWITCH_JAVA_OPTS=-Xmx256m");
            exitCode = 1;
        }
        System.out.flush();
        System.exit(exitCode);
    }
}
