package dev.tapswitch.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A command that ends in bounded time, and what it said. */
record Command(int exit, String output) {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    /** Runs to its end, or is killed after the limit: then the exit is 137. */
    static Command run(Duration limit, List<String> words) {
        try {
            Path output = Files.createTempFile("tapswitch-e2e-", ".out");
            try {
                Process process = start(words, output);
                int exit = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS) ? process.exitValue() : 137;
                if (exit == 137) process.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
                // What containers name things need not be UTF-8.
                return new Command(exit, new String(Files.readAllBytes(output), StandardCharsets.UTF_8));
            } finally {
                Files.deleteIfExists(output);
            }
        } catch (IOException e) {
            throw new AssertionError("cannot run " + words, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted in " + words, e);
        }
    }

    static Command run(String... words) {
        return run(LIMIT, List.of(words));
    }

    /** What it said, having succeeded. */
    static String expect(List<String> words) {
        Command command = run(LIMIT, words);
        assertEquals(0, command.exit, () -> String.join(" ", words) + ":\n" + command.output);
        return command.output;
    }

    static String expect(String... words) {
        return expect(List.of(words));
    }

    static boolean exists(String name) {
        return run("sh", "-c", "command -v " + name).exit == 0;
    }

    /** Starts one that goes on; the caller ends it. */
    static Process start(List<String> words, Path output) throws IOException {
        return new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .start();
    }
}
