package dev.tapswitch.linux.process;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A command of the host that was run. It gets a bounded time and may write a bounded number of bytes; beyond either limit it is killed
 * together with its children.
 *
 * @param exit its exit code, or one of the constants below
 * @param output what it wrote to stdout and stderr; for a command that was killed or did not start, one line that says so
 */
public record CommandRun(int exit, String output) {
    /** It did not end in time. The exit code of timeout(1). */
    public static final int TIMED_OUT = 124;

    /** It was killed because it wrote too much, or could not be talked to. */
    public static final int FAILED = 125;

    /** There is no such command. The exit code of a shell. */
    public static final int NOT_FOUND = 127;

    static final int MAX_OUTPUT_BYTES = 4 << 20;
    /** How long the output of a command that has ended may take to arrive: a child of it may hold the pipe open. */
    private static final long OUTPUT_GRACE_MS = 1_000;
    /** A process that forks faster than it is killed is given up after so many attempts. */
    private static final int KILL_ATTEMPTS = 20;

    private static final long POLL_MS = 50;

    /** Runs a command to its end, for {@code limit} at most. Blocks. Never throws; an interrupt kills the command and is kept. */
    public static CommandRun run(List<String> words, String input, Duration limit) {
        String program = words.getFirst();
        Process process;
        try {
            process = new ProcessBuilder(words).redirectErrorStream(true).start();
        } catch (IOException e) {
            return new CommandRun(NOT_FOUND, program + " can't be run: " + e.getMessage());
        }
        Output output = new Output();
        try {
            feed(process.getOutputStream(), input);
            Thread reader = start("reads " + program, () -> output.readFrom(process.getInputStream()));
            String problem = await(process, output, limit);
            if (problem.isEmpty()) reader.join(OUTPUT_GRACE_MS);
            if (output.isTooLong())
                return new CommandRun(
                        FAILED, program + " wrote more than " + (MAX_OUTPUT_BYTES >> 20) + " MiB and was killed");
            if (problem.isEmpty()) return new CommandRun(process.exitValue(), output.text());
            return new CommandRun(TIMED_OUT, program + " " + problem + " and was killed");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new CommandRun(FAILED, program + " was interrupted");
        } finally {
            kill(process);
        }
    }

    /** Empty when the command has ended, else why it is to be killed. */
    private static String await(Process process, Output output, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            long leftMs = (deadline - System.nanoTime()) / 1_000_000;
            if (process.waitFor(Math.clamp(leftMs, 1, POLL_MS), TimeUnit.MILLISECONDS)) return "";
            if (output.isTooLong()) return "wrote too much";
            if (leftMs <= 0) return "did not end within " + limit.toMillis() / 1_000.0 + " s";
        }
    }

    /** On a separate thread: a command that reads nothing fills its pipe, and must not hold the caller. */
    private static void feed(OutputStream stdin, String input) {
        start("feeds a command", () -> {
            try (stdin) {
                if (!input.isEmpty()) stdin.write(input.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // It ended without reading everything; its exit code says whether that matters.
            }
        });
    }

    private static Thread start(String name, Runnable task) {
        return Thread.ofPlatform().name(name).daemon().start(task);
    }

    /** Its children first: they may hold the pipes, and locks of the kernel's, and lose their parent when it ends. */
    private static void kill(Process process) {
        for (int i = 0; i < KILL_ATTEMPTS && process.isAlive(); i++) {
            List<ProcessHandle> children = process.descendants().toList();
            children.forEach(ProcessHandle::destroyForcibly);
            if (children.isEmpty()) break;
        }
        process.destroyForcibly();
    }

    /** What the command has written so far, up to the limit. */
    private static final class Output {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private boolean isTooLong;

        void readFrom(InputStream stream) {
            byte[] buffer = new byte[8_192];
            try (stream) {
                for (int read = stream.read(buffer); read >= 0; read = stream.read(buffer)) {
                    if (!add(buffer, read)) return;
                }
            } catch (IOException e) {
                // The process was killed, and its pipe closed.
            }
        }

        private synchronized boolean add(byte[] buffer, int length) {
            isTooLong = bytes.size() + length > MAX_OUTPUT_BYTES;
            if (!isTooLong) bytes.write(buffer, 0, length);
            return !isTooLong;
        }

        synchronized boolean isTooLong() {
            return isTooLong;
        }

        synchronized String text() {
            return bytes.toString(StandardCharsets.UTF_8);
        }
    }
}
