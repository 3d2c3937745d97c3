package dev.tapswitch.benchmarks.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tapswitch.control.fastpath.KernelFastPath;
import dev.tapswitch.control.fastpath.NamespaceHolder;
import dev.tapswitch.control.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs the bench as users do, with short durations. Tests that it measures and reports, not how fast anything is. */
@Timeout(300)
class BenchIT {
    private static final Path BENCH = Path.of("bench").toAbsolutePath();

    @TempDir
    private Path directory;

    private record Result(int exit, String output) {}

    private Result bench(String... arguments) throws IOException, InterruptedException {
        Path output = directory.resolve("output");
        Process process = start(output, arguments);
        assertTrue(process.waitFor(200, TimeUnit.SECONDS), () -> "the bench did not end");
        return new Result(process.exitValue(), Files.readString(output));
    }

    private static Process start(Path output, String... arguments) throws IOException {
        List<String> words = new ArrayList<>(List.of(BENCH.toString()));
        words.addAll(List.of(arguments));
        var builder = new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        return builder.start();
    }

    private static void assumeBenchCanRun() {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root to create network namespaces");
        assumeTrue(Files.exists(Path.of("/dev/net/tun")), "needs /dev/net/tun");
        for (String program : List.of("gcc", "iperf3"))
            assumeTrue(
                    Stream.of("/usr/bin/", "/usr/sbin/", "/usr/local/bin/")
                            .anyMatch(place -> Files.exists(Path.of(place + program))),
                    "needs " + program + ", which ./tapswitch bench installs");
    }

    @Test
    void aQuickRunMeasuresEverySystemAndWritesTheReport() throws Exception {
        assumeBenchCanRun();
        List<String> systems =
                new ArrayList<>(List.of("tapswitch-epoll", "bridge", "floor-epoll", "floor-uring", "wire"));
        boolean hasFastPath = new KernelFastPath(Optional.empty(), NamespaceHolder.NONE)
                .whyNot()
                .isEmpty();
        if (hasFastPath) systems.add("tapswitch-fast");
        Result result = bench(
                "--quick",
                "--rounds=1",
                "--only=frames,frames-2,tcp-4,latency,latency-udp,connections,first-packet",
                "--systems=" + String.join(",", systems),
                "--output=" + directory);
        assertEquals(0, result.exit, result.output);
        Json report = Json.parse(Files.readString(directory.resolve("bench.json")));
        for (String system : systems) {
            double received = figure(report, "frames-received", "64 bytes", system);
            double offered = figure(report, "frames-offered", "64 bytes", system);
            assertTrue(received > 0 && offered > 0, () -> system + ": " + received + " of " + offered);
            assertTrue(figure(report, "tcp", "4 streams, one way", system) > 0, result.output);
            assertTrue(figure(report, "frames-received-2", "64 bytes", system) > 0, result.output);
            assertTrue(figure(report, "request-response", "idle, p50", system) > 0, result.output);
            assertTrue(figure(report, "request-response-udp", "idle, p50", system) > 0, result.output);
            assertTrue(figure(report, "connections", "16 in parallel", system) > 0, result.output);
            assertTrue(figure(report, "first-packet", "p50", system) > 0, result.output);
        }
        assertTrue(Files.readString(directory.resolve("bench.md")).contains("| kernel bridge |"));
        assertTrue(Files.readString(directory.resolve("bench.html")).contains("</html>"));
    }

    @Test
    void anUnknownMeasurementIsRefusedWithAListOfTheKnownOnes() throws Exception {
        assumeBenchCanRun();
        Result result = bench("--only=speed", "--systems=bridge", "--output=" + directory);
        assertEquals(1, result.exit, result.output);
        assertTrue(
                result.output.contains(
                        "tapswitch bench: --only: unknown name \"speed\"; expected one of start, frames"),
                result.output);
    }

    @Test
    void aRunThatIsTerminatedLeavesNoProcess() throws Exception {
        assumeBenchCanRun();
        Path output = directory.resolve("output");
        Process process =
                start(output, "--only=pauses", "--rounds=1", "--systems=floor-epoll", "--output=" + directory);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (!Files.readString(output).contains("pauses") && System.nanoTime() < end) Thread.sleep(100);
        List<ProcessHandle> all = process.descendants().toList();
        assertTrue(all.size() >= 3, () -> "expected the shell, the JVM and its children: " + all);
        process.destroy();
        assertTrue(process.waitFor(30, TimeUnit.SECONDS), "the bench did not end");
        for (ProcessHandle descendant : all) descendant.onExit().get(10, TimeUnit.SECONDS);
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
