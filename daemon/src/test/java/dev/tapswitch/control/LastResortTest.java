package dev.tapswitch.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.control.switches.ControlThread;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Causes errors of the JVM in a process with the daemon's flags: the process must print the reason on one line and end. */
@Timeout(120)
class LastResortTest {
    private static final Path FLAGS =
            Path.of("..", "config", "daemon.jvm").toAbsolutePath().normalize();

    @TempDir
    private Path directory;

    /** The process under test: a thread like one of the daemon's fails while the main thread waits. */
    static final class Failing {
        private static long depth;

        private Failing() {}

        public static void main(String[] arguments) throws InterruptedException {
            LastResort.install();
            try (ControlThread control = new ControlThread()) {
                switch (arguments[0]) {
                    case "command" -> control.execute(Failing::overflow);
                    case "request" -> {
                        var _ = control.submit(() -> overflow(1));
                    }
                    case "tick" -> control.every(1, Failing::overflow);
                    case "thread" -> Thread.ofPlatform().daemon().name("some").start(Failing::overflow);
                    case "heap" -> control.execute(Failing::exhaust);
                    default -> throw new IllegalArgumentException(arguments[0]);
                }
                Thread.sleep(60_000);
            }
        }

        private static void overflow() {
            overflow(0);
        }

        private static long overflow(long from) {
            depth = from;
            return from < Long.MAX_VALUE ? overflow(from + 1) + depth : 0;
        }

        private static void exhaust() {
            List<byte[]> kept = new ArrayList<>();
            while (kept.size() < 1_000_000) kept.add(new byte[1 << 20]);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"command", "request", "tick", "thread"})
    void aStackOverflowEndsTheProcessWithOneLine(String where) throws IOException, InterruptedException {
        List<String> output = outputOf(where, LastResort.EXIT_CODE);
        assertEquals(1, output.size(), output::toString);
        String thread = where.equals("thread") ? "some" : "control";
        assertEquals(
                "tapswitch: thread " + thread
                        + " failed: java.lang.StackOverflowError: the process ends, to be restarted",
                output.getFirst());
    }

    @Test
    void anExhaustedHeapEndsTheProcessWithOneLineAndLeavesNoDump() throws IOException, InterruptedException {
        List<String> output = outputOf("heap", 3);
        assertEquals(1, output.size(), output::toString);
        assertTrue(output.getFirst().contains("java.lang.OutOfMemoryError: Java heap space"), output::toString);
        try (Stream<Path> files = Files.list(directory)) {
            assertEquals(
                    List.of("output"),
                    files.map(file -> file.getFileName().toString()).toList());
        }
    }

    private List<String> outputOf(String where, int exitCode) throws IOException, InterruptedException {
        Path output = directory.resolve("output");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "@" + FLAGS,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Failing.class.getName(),
                        where)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertTrue(process.waitFor(50, TimeUnit.SECONDS), "the process did not end");
            assertEquals(exitCode, process.exitValue(), Files.readString(output));
            return Files.readAllLines(output);
        } finally {
            process.destroyForcibly();
        }
    }
}
