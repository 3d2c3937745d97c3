package dev.tapswitch.cli.lab;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Runs a command in a namespace with this process's own input, output and exit code. */
public final class LabExec {
    private LabExec() {}

    public static int run(String namespace, List<String> command) {
        var words = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
        words.addAll(command);
        try {
            var process = new ProcessBuilder(words).inheritIO().start();
            // Ctrl-C goes to the command as well, which may have last words (ping's statistics): this process ends
            // after it, with its code.
            var last = new Thread(() -> Runtime.getRuntime().halt(awaited(process)));
            Runtime.getRuntime().addShutdownHook(last);
            int exitCode = process.waitFor();
            forget(last);
            return exitCode;
        } catch (IOException e) {
            throw new LabException(
                    "cannot run 'ip': " + e.getMessage() + ": install it (Debian: apt-get install iproute2)");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted");
        }
    }

    private static void forget(Thread last) {
        try {
            Runtime.getRuntime().removeShutdownHook(last);
        } catch (IllegalStateException e) {
            // Shutting down already: the hook has the exit code as well.
        }
    }

    private static int awaited(Process process) {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            return 130;
        }
    }
}
