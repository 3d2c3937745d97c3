package dev.tapswitch.e2e.testbed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs commands in separate processes, with a limit on their time. */
public final class Command {
    /** The exit code of a command that was killed: 128 + SIGKILL, as a shell reports it. */
    public static final int KILLED = 137;

    private static final Duration LIMIT = Duration.ofMinutes(2);

    private Command() {}

    /** Runs a command and waits until it ends; kills it after the limit. */
    public static CommandResult run(Duration limit, List<String> command) {
        try {
            Path output = Files.createTempFile("tapswitch-e2e-", ".out");
            try {
                Process process = start(command, output);
                boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
                if (!ended) process.destroyForcibly().waitFor(30, TimeUnit.SECONDS);
                int exitCode = ended ? process.exitValue() : KILLED;
                // Not Files.readString: interface names in the output may be invalid UTF-8.
                return new CommandResult(exitCode, new String(Files.readAllBytes(output), StandardCharsets.UTF_8));
            } finally {
                Files.deleteIfExists(output);
            }
        } catch (IOException e) {
            throw new AssertionError("cannot run " + command, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while this command ran: " + command, e);
        }
    }

    public static CommandResult run(String... command) {
        return run(LIMIT, List.of(command));
    }

    /** Runs a command that must succeed, and returns its output. */
    public static String expect(List<String> command) {
        CommandResult result = run(LIMIT, command);
        assertEquals(0, result.exitCode(), () -> String.join(" ", command) + ":\n" + result.output());
        return result.output();
    }

    public static String expect(String... command) {
        return expect(List.of(command));
    }

    /** Whether a command is installed. */
    public static boolean exists(String name) {
        return run("sh", "-c", "command -v " + name).exitCode() == 0;
    }

    /** Starts a command and does not wait for it; the caller must end it. */
    public static Process start(List<String> command, Path output) throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .start();
    }
}
