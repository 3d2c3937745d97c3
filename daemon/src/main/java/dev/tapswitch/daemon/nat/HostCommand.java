package dev.tapswitch.daemon.nat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A command of the host's that ended.
 *
 * @param exit its exit code; 127 where there is no such command
 * @param output what it wrote to both of its outputs
 */
record HostCommand(int exit, String output) {
    static final int NOT_FOUND = 127;
    private static final int PATIENCE_SECONDS = 10;

    /** Runs it to its end, ten seconds at most. */
    static HostCommand run(String input, List<String> words) {
        Process process;
        try {
            process = new ProcessBuilder(words).redirectErrorStream(true).start();
        } catch (IOException e) {
            return new HostCommand(NOT_FOUND, words.getFirst() + " can't be run: " + e.getMessage());
        }
        try {
            // What is written is read to its end before anything is answered: neither waits for the other.
            try (OutputStream stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            }
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                return new HostCommand(process.exitValue(), output);
            return new HostCommand(1, words.getFirst() + " did not end");
        } catch (IOException e) {
            return new HostCommand(1, words.getFirst() + ": " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new HostCommand(1, "interrupted");
        } finally {
            process.destroyForcibly();
        }
    }

    static HostCommand run(String... words) {
        return run("", List.of(words));
    }

    /** The first line that says something. */
    String complaint() {
        return output.lines().filter(line -> !line.isBlank()).findFirst().orElse("exit code " + exit);
    }
}
