package dev.tapswitch.e2e.chaos;

import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.Command;
import dev.tapswitch.e2e.testbed.TestNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Continuous pings and a TCP stream between two stations. Each is started again when it has ended: a long outage of the switch ends a TCP connection. */
final class BackgroundTraffic {
    private static final Pattern COUNTS = Pattern.compile("(\\d+) packets transmitted, (\\d+) received");

    private final TestNetwork net;
    private final Station from;
    private final Station to;
    private final List<Process> pings = new ArrayList<>();
    private final List<Path> outputs = new ArrayList<>();
    private Process server;
    private Process client;

    BackgroundTraffic(TestNetwork net, Station from, Station to) {
        this.net = net;
        this.from = from;
        this.to = to;
        startMissing();
    }

    void startMissing() {
        if (pings.isEmpty() || !pings.getLast().isAlive()) {
            Path file = net.directory().resolve("ping" + pings.size());
            outputs.add(file);
            pings.add(start(from, file, "ping", "-q", "-n", "-i", "0.05", to.address()));
        }
        Path nowhere = Path.of("/dev/null");
        if (server == null || !server.isAlive()) server = start(to, nowhere, "iperf3", "-s");
        if (client == null || !client.isAlive())
            client = start(from, nowhere, "iperf3", "-c", to.address(), "-b", "20M", "-t", "86400");
    }

    private Process start(Station at, Path file, String... words) {
        try {
            Process process = Command.start(TestNetwork.inNamespace(at.namespace, words), file);
            net.killAtEnd(process);
            return process;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The replies to all pings, including those during restarts. */
    String summary() {
        long sent = 0;
        long received = 0;
        // SIGINT makes ping print its statistics and end.
        for (Process ping : pings) Command.run("kill", "-INT", "" + ping.pid());
        Await.atMost(Duration.ofSeconds(30), () -> pings.stream().noneMatch(Process::isAlive));
        for (Path file : outputs) {
            try {
                Matcher counts = COUNTS.matcher(Files.exists(file) ? Files.readString(file) : "");
                if (!counts.find()) continue;
                sent += Long.parseLong(counts.group(1));
                received += Long.parseLong(counts.group(2));
            } catch (IOException e) {
                return e.toString();
            }
        }
        return "pings under traffic: %d replies to %d requests".formatted(received, sent);
    }
}
