package dev.tapswitch.benchmarks.e2e.system;

import dev.tapswitch.benchmarks.e2e.testbed.Await;
import dev.tapswitch.benchmarks.e2e.testbed.BenchException;
import dev.tapswitch.benchmarks.e2e.testbed.Command;
import dev.tapswitch.benchmarks.e2e.testbed.Host;
import dev.tapswitch.benchmarks.e2e.testbed.Testbed;
import dev.tapswitch.cli.client.ApiClient;
import dev.tapswitch.cli.client.ApiException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Tapswitch as users run it: the launcher, the jar, a configuration file. Only a log of JVM pauses is added.
 *
 * @param variant the name behind {@code tapswitch-}
 * @param io {@code epoll}, {@code io_uring} or {@code auto}
 * @param kind of all ports: {@code tap} or {@code veth}, which have the kernel fast path
 * @param launcher the script {@code tapswitch}
 */
public record Tapswitch(String variant, String io, String kind, Path launcher) implements SystemUnderTest {
    private static final Duration START = Duration.ofMinutes(5);

    static Tapswitch onTaps(String io, Path launcher) {
        return new Tapswitch(io.equals("epoll") ? "epoll" : "uring", io, "tap", launcher);
    }

    static Tapswitch fast(Path launcher) {
        return new Tapswitch("fast", "auto", "veth", launcher);
    }

    @Override
    public String id() {
        return "tapswitch-" + variant;
    }

    @Override
    public String title() {
        return kind.equals("veth") ? "Tapswitch fast path" : "Tapswitch " + io;
    }

    @Override
    public String description() {
        return "one worker, default settings, io: " + io + ", ports of kind " + kind;
    }

    @Override
    public RunningSystem start(Testbed testbed, List<Host> hosts) {
        var processes = new Processes();
        try {
            Path config = Files.writeString(testbed.directory().resolve("tapswitch.yaml"), yaml(testbed, hosts));
            Path log = testbed.directory().resolve(id() + ".log");
            Path pauses = testbed.directory().resolve(id() + "-" + System.nanoTime() + ".pauses");
            Files.deleteIfExists(socket(testbed));
            Process process = processes.start(
                    Command.inside(
                            testbed.switchNamespace(),
                            "env",
                            "TAPSWITCH_JAVA_OPTS=-Xlog:safepoint:file=" + pauses + ":uptime,level,tags:filecount=0",
                            launcher.toString(),
                            "daemon",
                            "--config",
                            config.toString()),
                    log);
            var api = new ApiClient(socket(testbed));
            Await.until("Tapswitch with " + hosts.size() + " ports up", START, () -> {
                Processes.checkAlive(process, log);
                return portsUp(api) >= hosts.size();
            });
            processes.pausesIn(pauses);
            return processes;
        } catch (IOException e) {
            processes.close();
            throw new BenchException("cannot write the configuration of Tapswitch: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            processes.close();
            throw e;
        }
    }

    private String yaml(Testbed testbed, List<Host> hosts) {
        var yaml = new StringBuilder(
                """
                socket: %s
                state: %s
                io: %s
                workers: 1
                switches:
                  lan:
                    ports:
                """.formatted(socket(testbed), testbed.directory().resolve("state-" + System.nanoTime()), io));
        for (Host host : hosts) {
            yaml.append("""
                          p%d: {namespace: %s, device: %s, mac: "%s", mtu: %d%s%s}
                    """.formatted(
                            host.number(),
                            host.namespace(),
                            host.device(),
                            host.mac(),
                            host.mtu(),
                            kind.equals("tap") ? "" : ", kind: " + kind,
                            host.hasAddress() ? ", addresses: [" + host.prefix() + "]" : ""));
        }
        return yaml.toString();
    }

    private static Path socket(Testbed testbed) {
        return testbed.directory().resolve("tapswitch.sock");
    }

    private static int portsUp(ApiClient api) {
        try {
            return api.get("/v1/status").path("ports-up").asInt();
        } catch (ApiException e) {
            return -1;
        }
    }
}
