package dev.tapswitch.benchmarks.e2e.bed;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A command that ended in bounded time, and what it said. */
public record Command(int exit, String output, String errors, long pid) {
    private static final Duration END = Duration.ofMinutes(2);
    private static final Duration LIMIT = Duration.ofMinutes(1);

    /** Runs to its end, or is killed after the limit: then the exit is 137. */
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
                // It ended without reading all: its exit and its errors tell why.
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

    public static Command run(String... words) {
        return run(LIMIT, "", List.of(words));
    }

    /** What it said, having succeeded. */
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

    /** Starts one that goes on; the caller ends it. Both its outputs go to the file; its input stays open and empty, for some end with it. */
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

    /** The words that run a command inside a namespace. Not {@code ip netns exec}, which would hide namespaces made later. */
    public static List<String> inside(String namespace, String... words) {
        List<String> all = new ArrayList<>(List.of("nsenter", "--net=/run/netns/" + namespace));
        all.addAll(List.of(words));
        return all;
    }

    /** Ends it, orderly if it lets us; a thousand TAPs take the kernel a while to remove, and until then they are in the way. */
    public static void end(Process process) {
        process.destroy();
        awaitEnd(process, END);
    }

    /** Why it failed, on one line. */
    public String complaint() {
        String said = errors.isBlank() ? output : errors;
        return said.isBlank()
                ? "exit " + exit
                : said.strip().lines().reduce((first, last) -> last).orElse("");
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
            // A file left in a temporary directory does no harm.
        }
    }
}
