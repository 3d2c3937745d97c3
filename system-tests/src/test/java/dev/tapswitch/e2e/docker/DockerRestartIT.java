package dev.tapswitch.e2e.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Tapswitch and dockerd are stopped and killed in any order. Containers keep their connections. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(400)
class DockerRestartIT {
    private static final int CONTAINERS = 20;
    private static final int LINES = 120;

    private static void create(DockerLab lab) {
        DockerNetworks.create(lab, "net", "10.75.0.0/24", "net0", List.of());
    }

    private static String portsUp(DockerLab lab) {
        return lab.tapswitch()
                .api()
                .get("/v1/switches/net0")
                .required("ports-up")
                .toString();
    }

    @Test
    void noConnectionIsLostWhenTapswitchIsKilled() throws IOException {
        try (var lab = new DockerLab().withDocker("--bridge=none")) {
            lab.startTapswitch();
            create(lab);
            String numbers = IntStream.range(0, LINES).mapToObj(i -> i + "\n").collect(Collectors.joining());
            // Each container sends a line every 100 ms to the next one, for 12 s.
            Path out = Files.createDirectory(lab.directory().resolve("out"));
            for (int i = 0; i < CONTAINERS; i++) {
                String line = """
                        tail -f /dev/null | nc -l -p 7000 >/out/%1$d &
                        until [ -e /out/go ]; do sleep 0.2; done
                        [ %1$d != 0 ] || ping -i 0.01 -W 1 -c 800 10.75.0.3 >/out/ping &
                        for n in $(seq 0 %2$d); do echo $n; sleep 0.1; done | nc cc%3$d 7000 &""".formatted(i, LINES - 1, (i + 1) % CONTAINERS);
                lab.webAnd(line, "cc" + i, "--network", "net", "-p", (9100 + i) + ":80", "-v", out + ":/out");
            }
            Files.createFile(out.resolve("go"));
            // All connections must be established first: without a switch, the first ARP request of a new one would be
            // lost.
            for (int i = 0; i < CONTAINERS; i++) {
                Path got = out.resolve("" + i);
                Await.within(
                        Duration.ofSeconds(60),
                        () -> "the first line has arrived in " + got,
                        () -> Files.exists(got) && !read(got).isEmpty());
            }
            lab.tapswitch().kill();
            lab.restartTapswitch();
            lab.tapswitch().awaitPortsUp(CONTAINERS + 1);

            for (int i = 0; i < CONTAINERS; i++) {
                Path got = out.resolve("" + i);
                Await.within(
                        Duration.ofSeconds(60),
                        () -> "all lines have arrived: " + read(got),
                        () -> read(got).endsWith("\n" + (LINES - 1) + "\n"));
                assertEquals(numbers, read(got));
            }
            Await.within(
                    Duration.ofSeconds(60),
                    () -> "ping prints its statistics",
                    () -> read(out.resolve("ping")).contains("packet loss"));
            System.out.println("measured: Tapswitch killed and restarted, pings every 10 ms: "
                    + read(out.resolve("ping"))
                            .lines()
                            .filter(line -> line.contains("packet loss"))
                            .findFirst()
                            .orElseThrow());
            assertEquals("cc7", lab.get("http://127.0.0.1:9107/"));
            assertEquals("cc7", lab.get("http://[::1]:9107/"));
            assertEquals("cc3", lab.get("cc5", "http://cc3/"));
            // Containers that were started before the kill can be removed and restarted.
            lab.docker("rm", "-f", "cc3");
            lab.docker("restart", "-t", "1", "cc4");
            lab.ping("cc4", "cc5");
            awaitPortsUp(lab, CONTAINERS);
        }
    }

    @Test
    void aHandoverKeepsConnectionsPublishedPortsAndNetworks() throws IOException {
        try (var lab = new DockerLab().withDocker("--bridge=none")) {
            lab.startTapswitch();
            create(lab);
            Path out = Files.createDirectory(lab.directory().resolve("out"));
            String numbers = IntStream.range(0, 60).mapToObj(i -> i + "\n").collect(Collectors.joining());
            lab.webAnd("tail -f /dev/null | nc -l -p 7000 >/out/got &", "bb", "--network", "net", "-v", out + ":/out");
            lab.webAnd(
                    "for n in $(seq 0 59); do echo $n; sleep 0.1; done | nc bb 7000 &",
                    "aa",
                    "--network",
                    "net",
                    "-p",
                    "9001:80");
            lab.tapswitch().handOver();
            awaitBothServices(lab);
            Await.within(
                    Duration.ofSeconds(60),
                    () -> "all lines have arrived: " + read(out.resolve("got")),
                    () -> read(out.resolve("got")).equals(numbers));
            lab.docker("rm", "-f", "aa");
            lab.web("aa", "--network", "net", "-p", "9001:80");
            awaitBothServices(lab);
            assertEquals(1, lab.tapswitch().api().get("/v1/published-ports").size());
            awaitPortsUp(lab, 3);
        }
    }

    @Test
    void networksWorkAgainAfterARestartOfDockerd() {
        try (var lab = new DockerLab().withDocker("--bridge=none")) {
            lab.startTapswitch();
            create(lab);
            lab.web("aa", "--network", "net", "--restart", "always", "-p", "9001:80");
            lab.web("bb", "--network", "net", "--restart", "always");
            lab.stopDocker();
            lab.restartDocker();
            awaitBothServices(lab);

            lab.killDocker();
            lab.restartDocker();
            awaitBothServices(lab);

            // Both are killed. Tapswitch starts first, as its unit declares (Before=docker.service).
            lab.killDocker();
            lab.tapswitch().kill();
            lab.restartTapswitch();
            lab.restartDocker();
            awaitBothServices(lab);
            assertEquals(1, lab.tapswitch().api().get("/v1/published-ports").size());

            // Everything also works again after a power loss.
            lab.powerOff();
            lab.restartTapswitch();
            lab.restartDocker();
            awaitBothServices(lab);
            assertEquals(1, lab.tapswitch().api().get("/v1/published-ports").size());
            awaitPortsUp(lab, 3);
        }
    }

    @Test
    void withLiveRestoreContainersStayReachableWithoutDockerd() {
        try (var lab = new DockerLab().withDocker("--bridge=none", "--live-restore")) {
            lab.startTapswitch();
            create(lab);
            lab.web("aa", "--network", "net", "-p", "9001:80");
            lab.web("bb", "--network", "net");
            lab.stopDocker();
            assertEquals("aa", lab.get("http://127.0.0.1:9001/"));
            lab.tapswitch().kill();
            lab.restartTapswitch();
            assertEquals("aa", lab.get("http://127.0.0.1:9001/"));
            lab.restartDocker();
            awaitBothServices(lab);
            lab.docker("stop", "-t", "1", "aa");
            lab.docker("start", "aa");
            awaitBothServices(lab);
            awaitPortsUp(lab, 3);
        }
    }

    /** Takes two minutes: dockerd must give up its calls, and Tapswitch must detect that the container is gone. */
    @Test
    void containersRemovedWhileTapswitchWasDownAreForgotten() {
        try (var lab = new DockerLab().withDocker("--bridge=none")) {
            lab.startTapswitch();
            create(lab);
            lab.web("aa", "--network", "net", "-p", "9001:80");
            lab.web("bb", "--network", "net");
            lab.tapswitch().kill();
            // dockerd retries each call for 15 s, then continues without the driver.
            lab.tryDocker("rm", "-f", "aa");
            lab.restartTapswitch();
            Await.within(
                    Duration.ofMinutes(3),
                    () -> "the port of aa is removed: "
                            + lab.tapswitch().cli("show").output(),
                    () -> lab.tapswitch().api().get("/v1/switches/net0/ports").size() == 2);
            assertEquals(0, lab.tapswitch().api().get("/v1/published-ports").size());
            assertFalse(lab.host("ip", "-o", "link", "show", "type", "tun").contains("tap"));
            lab.web("aa", "--network", "net", "-p", "9001:80");
            awaitBothServices(lab);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void awaitBothServices(DockerLab lab) {
        Await.within(
                Duration.ofSeconds(60),
                () -> lab.docker("ps", "-a")
                        + lab.outputOf("dockerd.log")
                                .lines()
                                .filter(line -> line.contains("level=error") || line.contains("level=warn"))
                                .collect(Collectors.joining("\n"))
                        + lab.tapswitch().log(),
                () -> lab.docker("ps", "-q").lines().count() == 2);
        Await.within(
                Duration.ofSeconds(60),
                () -> "aa responds at 127.0.0.1:9001\n" + lab.tapswitch().log(),
                () -> Command.run(
                                Duration.ofSeconds(60),
                                lab.inHost("curl", "-s", "--max-time", "10", "http://127.0.0.1:9001/"))
                        .output()
                        .strip()
                        .equals("aa"));
        assertEquals("aa", lab.get("bb", "http://aa/"));
        assertTrue(lab.get("aa", "http://bb/").equals("bb"));
    }

    /** A container's frames pass before its port is reported as up: the link is polled twice a second. */
    private static void awaitPortsUp(DockerLab lab, int ports) {
        Await.within(
                Duration.ofSeconds(60),
                () -> ports + " ports up: " + lab.tapswitch().cli("show").output(),
                () -> portsUp(lab).equals("" + ports));
    }
}
