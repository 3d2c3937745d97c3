package dev.tapswitch.e2e;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.Command;
import dev.tapswitch.e2e.testbed.CommandResult;
import dev.tapswitch.e2e.testbed.Io;
import dev.tapswitch.e2e.testbed.Node;
import dev.tapswitch.e2e.testbed.RunningDaemon;
import dev.tapswitch.e2e.testbed.TestNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A restart in which a new process takes over the ports of the running one. {@code SystemdIT} tests it with a real systemd. */
@Timeout(400)
class HandoverIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Pattern PING = Pattern.compile(
            "(\\d+) packets transmitted, (\\d+) received.*?min/avg/max/mdev = [\\d.]+/([\\d.]+)/([\\d.]+)/",
            Pattern.DOTALL);

    @ParameterizedTest
    @EnumSource(Io.class)
    void aHandoverLosesNoPingAndKeepsTheInterfaces(Io io) throws IOException, InterruptedException {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a", "198.18.0.1/24");
            Node b = net.quietNode("b", "198.18.0.2/24");
            RunningDaemon daemon = net.start(io, 2);
            daemon.api().post("/v1/switches", "{\"name\": \"added\"}");
            String port = "{\"name\": \"again\", \"device\": \"again0\", \"namespace\": \"" + b.namespace() + "\"}";
            daemon.api().post("/v1/switches/added/ports", port);
            String link = link(a);
            long before = daemon.count("b", "rx-frames");
            Path output = net.directory().resolve("ping");
            Process ping = Command.start(
                    TestNetwork.inNamespace(
                            a.namespace(), "ping", "-q", "-n", "-i", "0.005", "-c", "1600", "198.18.0.2"),
                    output);
            net.killAtEnd(ping);
            Await.within(
                    TIMEOUT,
                    () -> "pings pass: " + daemon.port("b"),
                    () -> daemon.count("b", "rx-frames") > before + 50);
            ProcessHandle predecessor = ProcessHandle.of(daemon.pid()).orElseThrow();
            daemon.handOver();
            // When the command has returned, the old process holds no interface.
            daemon.api().delete("/v1/switches/added/ports/again");
            daemon.api().post("/v1/switches/added/ports", port);
            assertTrue(ping.waitFor(120, TimeUnit.SECONDS), "ping has not ended in time");
            Matcher counts = PING.matcher(Files.readString(output));
            assertTrue(counts.find(), () -> daemon.log());
            System.out.printf(
                    "measured: hand-over, %s: %s pings, %s replies; round trips take up to %s ms, on average %s ms%n",
                    io.setting(), counts.group(1), counts.group(2), counts.group(4), counts.group(3));
            assertEquals(counts.group(1), counts.group(2), daemon::log);
            assertEquals(link, link(a));
            daemon.log().lines().filter(line -> line.contains("handed over")).forEach(System.out::println);
            // The old process ends by itself, and the new one can hand over in turn.
            Await.within(TIMEOUT, () -> "the old process ends", () -> !predecessor.isAlive());
            assertNotEquals(predecessor.pid(), daemon.pid());
            assertEquals(
                    "added", daemon.api().get("/v1/switches/added").path("name").asString());
            daemon.handOver();
            a.ping("198.18.0.2");
        }
    }

    /** dockerd repeats a request that fails without its body, so none may fail. */
    @Test
    void noRequestFailsDuringAHandover() throws IOException, InterruptedException {
        try (var net = new TestNetwork()) {
            net.quietNode("a", "198.18.0.1/24");
            RunningDaemon daemon = net.start(Io.EPOLL);
            AtomicBoolean isOver = new AtomicBoolean();
            AtomicInteger answers = new AtomicInteger();
            CompletableFuture<Void> asking = CompletableFuture.runAsync(() -> {
                while (!isOver.get()) {
                    daemon.api().get("/v1/switches/lan");
                    answers.incrementAndGet();
                }
            });
            for (int i = 0; i < 3; i++) {
                int before = answers.get();
                Await.within(
                        TIMEOUT,
                        () -> "requests are answered: " + asking,
                        () -> asking.isDone() || answers.get() > before + 10);
                daemon.handOver();
            }
            isOver.set(true);
            assertDoesNotThrow(() -> asking.get(60, TimeUnit.SECONDS), daemon::log);
        }
    }

    @Test
    void theOldProcessContinuesWhenTheNewOneCannotStart() throws IOException {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a", "198.18.0.1/24");
            net.quietNode("b", "198.18.0.2/24");
            RunningDaemon daemon = net.start(Io.EPOLL);
            String valid = daemon.yaml();
            Files.writeString(daemon.config(), valid.replace("  lan:\n", "  lan:\n    arp: perhaps\n"));
            CommandResult refused = daemon.cli("restart");
            assertEquals(1, refused.exitCode(), refused.output());
            assertEquals(1, refused.output().lines().count(), refused.output());
            assertTrue(refused.output().contains("the daemon continues unchanged"), refused.output());
            assertTrue(refused.output().contains("perhaps"), refused.output());
            assertEquals(
                    daemon.pid(), daemon.api().get("/v1/status").path("pid").asLong());
            a.ping("198.18.0.2");
            Files.writeString(daemon.config(), valid);
            daemon.handOver();
            a.ping("198.18.0.2");
        }
    }

    /** Properties that change when an interface is recreated. */
    private static String link(Node node) {
        return node.ip("-o", "link", "show", "eth0");
    }
}
