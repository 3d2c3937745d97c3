package dev.tapswitch.benchmarks.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tapswitch.control.json.Json;
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

/** The bench as users run it, short: that it measures what it says, not how fast anything is. */
@Timeout(300)
class BenchIT {
    private static final Path BENCH = Path.of("bench").toAbsolutePath();

    @TempDir
    private Path directory;

    private record Ran(int exit, String output) {}

    private Ran bench(String... arguments) throws IOException, InterruptedException {
        Path output = directory.resolve("output");
        Process process = start(output, arguments);
        assertTrue(process.waitFor(200, TimeUnit.SECONDS), () -> "did not end");
        return new Ran(process.exitValue(), Files.readString(output));
    }

    private static Process start(Path output, String... arguments) throws IOException {
        List<String> words = new ArrayList<>(List.of(BENCH.toString()));
        words.addAll(List.of(arguments));
        var builder = new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        return builder.start();
    }

    private static void assumeItCanRun() {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root, to make network namespaces");
        assumeTrue(Files.exists(Path.of("/dev/net/tun")), "needs /dev/net/tun");
        for (String program : List.of("gcc", "iperf3"))
            assumeTrue(
                    Stream.of("/usr/bin/", "/usr/sbin/", "/usr/local/bin/")
                            .anyMatch(place -> Files.exists(Path.of(place + program))),
                    "needs " + program + ", which ./tapswitch bench installs");
    }

    @Test
    void aQuickRunLoadsEverySystemCountsAtTheReceiverAndWritesItsReport() throws Exception {
        assumeItCanRun();
        Ran ran = bench(
                "--quick",
                "--rounds=1",
                "--only=frames,tcp-4,latency",
                "--systems=tapswitch-epoll,bridge,floor-epoll,floor-uring",
                "--output=" + directory);
        assertEquals(0, ran.exit, ran.output);
        Json report = Json.parse(Files.readString(directory.resolve("bench.json")));
        for (String system : List.of("tapswitch-epoll", "bridge", "floor-epoll", "floor-uring")) {
            double received = figure(report, "frames-received", "64 bytes", system);
            double offered = figure(report, "frames-offered", "64 bytes", system);
            assertTrue(received > 0 && offered > 0, () -> system + ": " + received + " of " + offered);
            assertTrue(figure(report, "tcp", "4 streams, one way", system) > 0, ran.output);
            assertTrue(figure(report, "request-response", "idle, p50", system) > 0, ran.output);
        }
        assertTrue(Files.readString(directory.resolve("bench.md")).contains("| kernel bridge |"));
        assertTrue(Files.readString(directory.resolve("bench.html")).contains("</html>"));
    }

    @Test
    void aMeasurementThatIsNotThereIsToldWithThoseThatAre() throws Exception {
        assumeItCanRun();
        Ran ran = bench("--only=speed", "--systems=bridge", "--output=" + directory);
        assertEquals(1, ran.exit, ran.output);
        assertTrue(ran.output.contains("tapswitch bench: --only: there is no speed; expected of frames"), ran.output);
    }

    @Test
    void aRunThatIsTerminatedEndsAndLeavesNothing() throws Exception {
        assumeItCanRun();
        Path output = directory.resolve("output");
        Process process =
                start(output, "--only=pauses", "--rounds=1", "--systems=floor-epoll", "--output=" + directory);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (!Files.readString(output).contains("pauses") && System.nanoTime() < end) Thread.sleep(100);
        List<ProcessHandle> all = process.descendants().toList();
        assertTrue(all.size() >= 3, () -> "the shell, the JVM, and what it runs: " + all);
        process.destroy();
        assertTrue(process.waitFor(30, TimeUnit.SECONDS), "it ends");
        for (ProcessHandle one : all) one.onExit().get(10, TimeUnit.SECONDS);
    }

    private static double figure(Json report, String metric, String parameter, String system) {
        return report.required("figures")
                .valueStream()
                .filter(figure -> figure.required("metric").asString().equals(metric)
                        && figure.required("parameter").asString().equals(parameter))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + metric + " in the report"))
                .required("systems")
                .path(system)
                .path("median")
                .asDouble();
    }
}
