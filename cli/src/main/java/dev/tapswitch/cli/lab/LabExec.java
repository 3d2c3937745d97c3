package dev.tapswitch.cli.lab;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Runs a command in a namespace. The command inherits input and output. */
public final class LabExec {
    private LabExec() {}

    /** Runs the command to its end and returns its exit code. */
    public static int run(String namespace, List<String> command) {
        var words = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
        words.addAll(command);
        try {
            var process = new ProcessBuilder(words).inheritIO().start();
            // Ctrl-C also interrupts the command, which may still print something: ping prints its statistics. So the
            // hook waits for the command and ends this process with its exit code.
            var hook = new Thread(() -> Runtime.getRuntime().halt(exitCodeOf(process)));
            Runtime.getRuntime().addShutdownHook(hook);
            int exitCode = process.waitFor();
            remove(hook);
            return exitCode;
        } catch (IOException e) {
            throw new LabException(
                    "cannot run 'ip': " + e.getMessage() + ": install it (Debian: apt-get install iproute2)");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted");
        }
    }

    private static void remove(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is shutting down: the hook ends it with the same exit code.
        }
    }

    private static int exitCodeOf(Process process) {
        try {
            return process.waitFor();
        } catch (InterruptedException e) {
            return 130;
        }
    }
}
