package dev.tapswitch.benchmarks.e2e.system;

import dev.tapswitch.benchmarks.e2e.bed.Await;
import dev.tapswitch.benchmarks.e2e.bed.Bed;
import dev.tapswitch.benchmarks.e2e.bed.BenchException;
import dev.tapswitch.benchmarks.e2e.bed.Frames;
import dev.tapswitch.benchmarks.e2e.bed.Host;
import dev.tapswitch.benchmarks.e2e.bed.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What the machine does for TAP read + write with no switch between: {@code floor.c}, a minimal loop in C.
 *
 * @param io {@code epoll} or {@code io_uring}
 */
public record Floor(String io, Tools tools) implements SystemUnderTest {
    @Override
    public String id() {
        return io.equals("epoll") ? "floor-epoll" : "floor-uring";
    }

    @Override
    public String title() {
        return "floor " + io;
    }

    @Override
    public String description() {
        return "a loop in C that writes what it reads to the other TAP, the same offloads; no table, no decision";
    }

    @Override
    public boolean learns() {
        return false;
    }

    @Override
    public RunningSystem start(Bed bed, List<Host> hosts) {
        var processes = new Processes();
        Path log = bed.directory().resolve(id() + ".log");
        try {
            Files.deleteIfExists(log);
            Process process =
                    processes.start(List.of(tools.path("floor"), "io=" + io, "ports=" + Frames.ports(hosts)), log);
            Await.until("the floor's TAPs", Duration.ofMinutes(1), () -> {
                Processes.checkAlive(process, log);
                return log.toFile().length() > 0;
            });
            Bed.configure(hosts);
            return processes;
        } catch (IOException e) {
            processes.close();
            throw new BenchException("cannot write " + log + ": " + e.getMessage(), e);
        } catch (RuntimeException e) {
            processes.close();
            throw e;
        }
    }
}
