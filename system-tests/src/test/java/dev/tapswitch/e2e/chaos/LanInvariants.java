package dev.tapswitch.e2e.chaos;

import dev.tapswitch.control.json.Json;
import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.Command;
import dev.tapswitch.e2e.testbed.RunningDaemon;
import dev.tapswitch.e2e.testbed.TestNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** The invariants of a {@link LanScenario}. They hold whenever no action runs. */
final class LanInvariants {
    private static final int REACHABLE_SECONDS = 40;
    private static final Duration UP = Duration.ofSeconds(60);

    private final TestNetwork net;
    private final List<Station> stations;
    private final LogScanner log = new LogScanner();
    private final List<String> logged = new ArrayList<>();
    private boolean isNewProcess = true;
    private ProcessResources atStart;
    private ProcessResources first;
    private ProcessResources last;

    /** {@code stations}: the model, which the scenario changes. */
    LanInvariants(TestNetwork net, List<Station> stations) {
        this.net = net;
        this.stations = stations;
    }

    /** Must be called after another process has started to serve. */
    void onNewProcess() {
        isNewProcess = true;
        log.reset();
    }

    /** Searches the log of a process that has ended. */
    void scanEndedLog(String log) {
        logged.addAll(this.log.problems(log));
    }

    void run(RunningDaemon daemon, Consumer<String> findings) {
        ports(daemon, findings);
        reachability(findings);
        tables(daemon, findings);
        interfaces(findings);
        counters(daemon, findings);
        logged.forEach(findings);
        logged.clear();
        log.problems(daemon.log()).forEach(findings);
        resources(daemon, findings);
    }

    private void ports(RunningDaemon daemon, Consumer<String> findings) {
        Set<String> expected =
                stations.stream().map(station -> station.port).collect(Collectors.toCollection(TreeSet::new));
        Map<String, String> states = new LinkedHashMap<>();
        // The checks below use the states of the last poll: the daemon may notice only afterwards that a namespace was
        // replaced.
        Await.atMost(UP, () -> {
            states.clear();
            states.putAll(states(daemon));
            return states.values().stream().allMatch("up"::equals)
                    && states.keySet().equals(expected);
        });
        if (!states.keySet().equals(expected)) findings.accept("ports " + states.keySet() + " instead of " + expected);
        states.forEach((port, state) -> {
            if (!state.equals("up")) findings.accept("port " + port + " is " + state + ": " + daemon.port(port));
        });
    }

    private static Map<String, String> states(RunningDaemon daemon) {
        Map<String, String> states = new LinkedHashMap<>();
        for (Json port : daemon.api().get("/v1/switches/lan/ports"))
            states.put(port.required("name").asString(), port.required("state").asString());
        return states;
    }

    /** Every station reaches every other one by IPv4, and the next one by IPv6. */
    private void reachability(Consumer<String> findings) {
        Map<Station, Process> pingers = new LinkedHashMap<>();
        for (Station station : stations) {
            List<String> addresses = new ArrayList<>();
            for (Station other : stations) if (other != station) addresses.add(other.address());
            addresses.add(stations.get((stations.indexOf(station) + 1) % stations.size())
                    .address6());
            try {
                Path file = net.directory().resolve("unreached-" + station.port);
                Process pinger = Command.start(station.pingCommand(addresses, REACHABLE_SECONDS), file);
                net.killAtEnd(pinger);
                pingers.put(station, pinger);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
        pingers.forEach((station, pinger) -> {
            try {
                if (!pinger.waitFor(REACHABLE_SECONDS * 3L, TimeUnit.SECONDS)) pinger.destroyForcibly();
                String left = Files.readString(net.directory().resolve("unreached-" + station.port));
                if (!left.isBlank())
                    findings.accept(
                            station + " does not reach " + left.strip() + "\n" + station.state() + statesOf(left));
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        });
    }

    /** The network state of the stations with these addresses. */
    private String statesOf(String addresses) {
        List<String> words = List.of(addresses.strip().split(" "));
        return stations.stream()
                .filter(station -> words.contains(station.address()) || words.contains(station.address6()))
                .map(Station::state)
                .collect(Collectors.joining());
    }

    /** All stations have just sent frames, so each must have a MAC table entry with its port. */
    private void tables(RunningDaemon daemon, Consumer<String> findings) {
        Map<String, String> ports = new HashMap<>();
        for (Json entry : daemon.macs())
            ports.put(entry.required("mac").asString(), entry.required("port").asString());
        for (Station station : stations) {
            String mac = station.currentMac();
            String port = ports.get(mac);
            if (!station.port.equals(port)) findings.accept("MAC " + mac + " of " + station + " is at " + port);
        }
    }

    private void interfaces(Consumer<String> findings) {
        for (Station station : stations) {
            List<String> links = station.links().toList();
            if (links.size() != 1) findings.accept(station + " has the interfaces " + links);
        }
        checkHostIsClean(findings);
    }

    private void checkHostIsClean(Consumer<String> findings) {
        String host = net.namespace("sw");
        List<String> links = Command.expect("ip", "-n", host, "-o", "link")
                .lines()
                .filter(line -> !line.contains(" lo:"))
                .toList();
        if (!links.isEmpty()) findings.accept("left on the host: " + links);
        String rules = Command.run(Duration.ofSeconds(30), TestNetwork.inNamespace(host, "nft", "list", "ruleset"))
                .output();
        if (!rules.isBlank()) findings.accept("left on the host: " + rules);
    }

    private static void counters(RunningDaemon daemon, Consumer<String> findings) {
        for (Json port : daemon.api().get("/v1/switches/lan/stats").required("ports")) {
            port.properties().forEach(counter -> {
                if (counter.getValue().isNumber() && counter.getValue().asLong() < 0)
                    findings.accept("counter " + counter.getKey() + " is negative: " + port);
            });
            long frames = port.required("rx-frames").asLong();
            long drops =
                    port.required("drops").valueStream().mapToLong(Json::asLong).sum();
            if (port.required("rx-bytes").asLong() < frames) findings.accept("fewer bytes than frames: " + port);
            if (drops < 0) findings.accept("the sum of the drops is negative: " + port);
        }
    }

    private void resources(RunningDaemon daemon, Consumer<String> findings) {
        last = ProcessResources.of(daemon.pid(), stations.size());
        if (first == null) first = last;
        if (isNewProcess) atStart = last;
        isNewProcess = false;
        last.compare(atStart, findings);
        last.compare(first, findings);
    }

    /** Checks, after the daemon has ended, that none of its interfaces is left in any namespace. */
    void afterTheEnd(Consumer<String> findings) {
        Await.atMost(
                Duration.ofSeconds(30),
                () -> stations.stream().allMatch(each -> each.links().findAny().isEmpty()));
        for (Station station : stations)
            station.links().forEach(link -> findings.accept("left in " + station + ": " + link));
        checkHostIsClean(findings);
        logged.forEach(findings);
    }

    List<String> measurements() {
        return List.of("first " + first, "last  " + last);
    }
}
