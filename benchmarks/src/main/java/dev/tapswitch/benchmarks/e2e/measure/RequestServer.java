package dev.tapswitch.benchmarks.e2e.measure;

import dev.tapswitch.benchmarks.e2e.bed.Await;
import dev.tapswitch.benchmarks.e2e.bed.BenchException;
import dev.tapswitch.benchmarks.e2e.bed.Command;
import dev.tapswitch.daemon.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** {@code requests.c} as a server on the second host, and as its client on the first. */
final class RequestServer implements AutoCloseable {
    private final Station station;
    private final int port;
    private final Process process;

    RequestServer(Station station, int port) {
        this.station = station;
        this.port = port;
        Path log = station.bed().directory().resolve("requests.log");
        try {
            Files.deleteIfExists(log);
        } catch (IOException e) {
            throw new BenchException("cannot write " + log + ": " + e.getMessage(), e);
        }
        process = Command.start(
                List.of(
                        station.tools().path("requests"),
                        "server",
                        "ns=" + station.host(2).namespace(),
                        "port=" + port),
                log);
        Await.until(
                "the server's port", Duration.ofSeconds(10), () -> log.toFile().length() > 0);
    }

    /** Runs the client to its end with arguments as {@code requests.c} has them. */
    Json client(String... arguments) {
        List<String> all = new ArrayList<>(List.of(
                "client",
                "ns=" + station.host(1).namespace(),
                "address=" + station.host(2).address(),
                "port=" + port));
        all.addAll(List.of(arguments));
        return station.tools().run("requests", Duration.ofMinutes(15), all);
    }

    @Override
    public void close() {
        Command.end(process);
    }
}
