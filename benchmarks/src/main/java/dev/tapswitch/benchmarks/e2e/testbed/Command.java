package dev.tapswitch.benchmarks.e2e.testbed;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The result of a command. */
public record Command(int exit, String output, String errors, long pid) {
    private static final Duration END = Duration.ofMinutes(2);
    private static final Duration LIMIT = Duration.ofMinutes(1);

    /** Runs the command until it exits; after the limit it is killed and the exit code is 137. */
    public static Command run(Duration limit, String input, List<String> words) {
        Path output = null;
        Path errors = null;
        try {
            output = Files.createTempFile("tapswitch-bench-", ".out");
            errors = Files.createTempFile("tapswitch-bench-", ".err");
            Process process = new ProcessBuilder(words)
                    .redirectOutput(output.toFile())
                    .redirectError(errors.toFile())
                    .start();
            try (var stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // The command exited before it read all input; its exit code and errors say why.
            }
            int exit = awaitEnd(process, limit);
            return new Command(exit, Files.readString(output), Files.readString(errors), process.pid());
        } catch (IOException e) {
            throw new BenchException("cannot run " + words.getFirst() + ": " + e.getMessage(), e);
        } finally {
            delete(output);
            delete(errors);
        }
    }

    /** Runs the command without input, for a minute at most. */
    public static Command run(String... words) {
        return run(LIMIT, "", List.of(words));
    }

    /** The output of a command that succeeded; throws an exception otherwise. */
    public static String expect(List<String> words) {
        return expect(LIMIT, "", words);
    }

    public static String expect(String... words) {
        return expect(List.of(words));
    }

    public static String expect(Duration limit, String input, List<String> words) {
        Command command = run(limit, input, words);
        if (command.exit == 0) return command.output;
        throw new BenchException("\"" + String.join(" ", words) + "\" "
                + (command.exit == 137 ? "did not end within " + limit.toSeconds() + " s" : "failed") + ": "
                + command.complaint());
    }

    /**
     * Starts a background process, which the caller stops. Both outputs go to the file. Standard input stays open, because some programs
     * exit when it closes.
     */
    public static Process start(List<String> words, Path log) {
        try {
            return new ProcessBuilder(words)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
        } catch (IOException e) {
            throw new BenchException("cannot run " + words.getFirst() + ": " + e.getMessage(), e);
        }
    }

    /**
     * The command line that runs a command inside a namespace. {@code ip netns exec} is not used, because it hides namespaces that are
     * created later.
     */
    public static List<String> inside(String namespace, String... words) {
        List<String> all = new ArrayList<>(List.of("nsenter", "--net=/run/netns/" + namespace));
        all.addAll(List.of(words));
        return all;
    }

    /** Stops a process, by SIGTERM if that is enough, and waits: the kernel needs some time to remove a thousand TAPs. */
    public static void end(Process process) {
        process.destroy();
        awaitEnd(process, END);
    }

    /** The reason of the failure, as one line. */
    public String complaint() {
        String text = errors.isBlank() ? output : errors;
        return text.isBlank()
                ? "exit " + exit
                : text.strip().lines().reduce((first, last) -> last).orElse("");
    }

    private static int awaitEnd(Process process, Duration limit) {
        try {
            if (process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) return process.exitValue();
            process.destroyForcibly().waitFor(END.toMillis(), TimeUnit.MILLISECONDS);
            return 137;
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted", e);
        }
    }

    private static void delete(Path file) {
        try {
            if (file != null) Files.deleteIfExists(file);
        } catch (IOException e) {
            // A left-over file in a temporary directory does no harm.
        }
    }
}
