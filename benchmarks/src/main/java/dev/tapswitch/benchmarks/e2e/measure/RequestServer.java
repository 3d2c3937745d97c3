package dev.tapswitch.benchmarks.e2e.measure;

import dev.tapswitch.benchmarks.e2e.testbed.Await;
import dev.tapswitch.benchmarks.e2e.testbed.BenchException;
import dev.tapswitch.benchmarks.e2e.testbed.Command;
import dev.tapswitch.control.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Runs {@code requests.c} as a server on the second host, and clients of it on the first. */
final class RequestServer implements AutoCloseable {
    private final MeasurementContext context;
    private final int port;
    private final Process process;

    RequestServer(MeasurementContext context, int port) {
        this.context = context;
        this.port = port;
        Path log = context.testbed().directory().resolve("requests.log");
        try {
            Files.deleteIfExists(log);
        } catch (IOException e) {
            throw new BenchException("cannot write " + log + ": " + e.getMessage(), e);
        }
        process = Command.start(
                List.of(
                        context.tools().path("requests"),
                        "server",
                        "ns=" + context.host(2).namespace(),
                        "port=" + port),
                log);
        Await.until(
                "the server's port", Duration.ofSeconds(10), () -> log.toFile().length() > 0);
    }

    /** Runs a client, {@code requests} or {@code connections}, until it exits. Their sources document the arguments. */
    Json client(String program, String... arguments) {
        List<String> all = new ArrayList<>(List.of(
                "client",
                "ns=" + context.host(1).namespace(),
                "address=" + context.host(2).address(),
                "port=" + port));
        all.addAll(List.of(arguments));
        return context.tools().run(program, Duration.ofMinutes(15), all);
    }

    @Override
    public void close() {
        Command.end(process);
    }
}
