package dev.tapswitch.benchmarks.e2e.system;

import dev.tapswitch.benchmarks.e2e.testbed.Await;
import dev.tapswitch.benchmarks.e2e.testbed.BenchException;
import dev.tapswitch.benchmarks.e2e.testbed.Frames;
import dev.tapswitch.benchmarks.e2e.testbed.Host;
import dev.tapswitch.benchmarks.e2e.testbed.Testbed;
import dev.tapswitch.benchmarks.e2e.testbed.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The floor of the machine: {@code floor.c}, a minimal C loop that reads from one TAP and writes to the other without switching.
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
        return "a loop in C that writes each frame to the other TAP, with the same offloads; no table, no decision";
    }

    @Override
    public boolean learns() {
        return false;
    }

    @Override
    public RunningSystem start(Testbed testbed, List<Host> hosts) {
        var processes = new Processes();
        Path log = testbed.directory().resolve(id() + ".log");
        try {
            Files.deleteIfExists(log);
            Process process =
                    processes.start(List.of(tools.path("floor"), "io=" + io, "ports=" + Frames.ports(hosts)), log);
            Await.until("the floor's TAPs", Duration.ofMinutes(1), () -> {
                Processes.checkAlive(process, log);
                return log.toFile().length() > 0;
            });
            Testbed.configure(hosts);
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
