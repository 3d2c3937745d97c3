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
 * The result of running a host command. The time that a command may take and the number of bytes that it may write are limited; a command
 * that exceeds a limit is killed together with its children.
 *
 * @param exit the command's exit code, or one of the constants below
 * @param output what the command wrote to stdout and stderr; if it was killed or did not start, one line that says so
 */
public record CommandRun(int exit, String output) {
    /** The command did not end in time and was killed. timeout(1) uses the same exit code. */
    public static final int TIMED_OUT = 124;

    /** The command was killed because it wrote too much or because the caller was interrupted. */
    public static final int FAILED = 125;

    /** The command does not exist or cannot be executed. Shells use the same exit code. */
    public static final int NOT_FOUND = 127;

    static final int MAX_OUTPUT_BYTES = 4 << 20;
    /** How long to wait for the output of a command that has ended: one of its children may keep the pipe open. */
    private static final long OUTPUT_GRACE_MS = 1_000;
    /** Bounds the attempts to kill a process that forks faster than its children are killed. */
    private static final int KILL_ATTEMPTS = 20;

    private static final long POLL_MS = 50;

    /**
     * Runs a command until it ends, for {@code limit} at most. Blocks the calling thread. Throws nothing; an interrupt kills the command,
     * and the thread stays interrupted.
     *
     * @param words the program and its arguments; no shell interprets them
     * @param input what the command can read from stdin, as UTF-8
     */
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

    /** Waits for the command to end. Returns an empty text if it did, or else the reason to kill it. */
    private static String await(Process process, Output output, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            long leftMs = (deadline - System.nanoTime()) / 1_000_000;
            if (process.waitFor(Math.clamp(leftMs, 1, POLL_MS), TimeUnit.MILLISECONDS)) return "";
            if (output.isTooLong()) return "wrote too much";
            if (leftMs <= 0) return "did not end within " + limit.toMillis() / 1_000.0 + " s";
        }
    }

    /** Writes on a separate thread: if the command reads nothing, the write blocks once the pipe is full. */
    private static void feed(OutputStream stdin, String input) {
        start("feeds a command", () -> {
            try (stdin) {
                if (!input.isEmpty()) stdin.write(input.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // The command ended without reading everything. Its exit code says whether that matters.
            }
        });
    }

    private static Thread start(String name, Runnable task) {
        return Thread.ofPlatform().name(name).daemon().start(task);
    }

    /** Kills the children first: they may hold pipes and kernel locks, and cannot be found any more once their parent has ended. */
    private static void kill(Process process) {
        for (int i = 0; i < KILL_ATTEMPTS && process.isAlive(); i++) {
            List<ProcessHandle> children = process.descendants().toList();
            children.forEach(ProcessHandle::destroyForcibly);
            if (children.isEmpty()) break;
        }
        process.destroyForcibly();
    }

    /** The output of the command so far, up to the limit. */
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
                // The process was killed, which closed the pipe.
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
