package dev.tapswitch.e2e.chaos;

import dev.tapswitch.e2e.docker.DockerLab;
import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.Command;
import dev.tapswitch.e2e.testbed.CommandResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The invariants of a {@link DockerScenario}. They hold whenever no action runs. */
final class DockerInvariants {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Duration COMMAND = Duration.ofSeconds(60);

    private final DockerLab lab;
    private final List<DockerScenario.Container> containers;
    private final List<String> rules;
    private final LogScanner log = new LogScanner();
    private final List<String> logged = new ArrayList<>();
    private boolean isNewProcess = true;
    private ProcessResources atStart;
    private ProcessResources first;
    private ProcessResources last;

    /** Must be created before the first network, because it records the rules. {@code containers}: the model, which the scenario changes. */
    DockerInvariants(DockerLab lab, List<DockerScenario.Container> containers) {
        this.lab = lab;
        this.containers = containers;
        this.rules = rules();
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

    String pid(DockerScenario.Container container) {
        return lab.docker("inspect", "-f", "{{.State.Pid}}", container.name());
    }

    void run(Consumer<String> findings) {
        running(findings);
        ports(findings);
        reachability(findings);
        published(findings);
        logged.forEach(findings);
        logged.clear();
        log.problems(lab.tapswitch().log()).forEach(findings);
        resources(findings);
    }

    private void running(Consumer<String> findings) {
        for (DockerScenario.Container container : containers) {
            String state = lab.docker("inspect", "-f", "{{.State.Status}}", container.name());
            if (!state.equals("running")) findings.accept(container.name() + " is " + state);
        }
    }

    private void ports(Consumer<String> findings) {
        for (String network : List.of("net0", "net1")) {
            long expected = 1L + of(network).size();
            Await.atMost(TIMEOUT, () -> count(network, "ports-up") == expected && count(network, "ports") == expected);
            long ports = count(network, "ports");
            long up = count(network, "ports-up");
            if (ports != expected || up != expected)
                findings.accept("%s has %d ports, %d of them up, instead of %d: %s"
                        .formatted(
                                network,
                                ports,
                                up,
                                expected,
                                lab.tapswitch().api().get("/v1/switches/" + network + "/ports")));
        }
    }

    private long count(String network, String what) {
        return lab.tapswitch()
                .api()
                .get("/v1/switches/" + network)
                .required(what)
                .asLong();
    }

    private List<DockerScenario.Container> of(String network) {
        return containers.stream()
                .filter(container -> container.network().equals(network))
                .toList();
    }

    /** Every container reaches every other one of its network, and the host. */
    private void reachability(Consumer<String> findings) {
        for (String network : List.of("net0", "net1")) {
            Map<DockerScenario.Container, String> addresses = new LinkedHashMap<>();
            for (DockerScenario.Container container : of(network))
                addresses.put(container, lab.address(container.name(), network));
            String all = String.join(" ", addresses.values());
            for (DockerScenario.Container container : addresses.keySet()) {
                CommandResult pings =
                        Command.run(COMMAND, List.of("nsenter", "-t", pid(container), "-n", "sh", "-c", """
                        left="%s %s"
                        for i in 1 2 3 4 5 6 7 8 9 10; do
                          next=
                          for a in $left; do ping -n -q -c 1 -W 1 $a >/dev/null 2>&1 || next="$next $a"; done
                          left=$next
                        done
                        echo $left""".formatted(
                                        all, DockerLab.HOST)));
                if (!pings.output().isBlank())
                    findings.accept(container.name() + " does not reach "
                            + pings.output().strip());
            }
        }
    }

    private void published(Consumer<String> findings) {
        List<DockerScenario.Container> expected = containers.stream()
                .filter(container -> container.published() > 0)
                .toList();
        for (DockerScenario.Container container : expected) {
            String url = ":" + container.published() + "/";
            Await.atMost(
                    Duration.ofSeconds(60),
                    () -> gets(container, lab.inHost("curl", "-s", "-m", "3", "127.0.0.1" + url)));
            if (!gets(container, lab.inHost("curl", "-s", "-m", "3", "127.0.0.1" + url)))
                findings.accept("a request from the host does not reach " + container);
            String fromInternet = lab.tryInternet("curl", "-s", "-m", "3", DockerLab.HOST + url)
                    .output()
                    .strip();
            if (!fromInternet.equals(container.name()))
                findings.accept("a request from the Internet to " + container + " returns \"" + fromInternet + "\"");
        }
        int known = lab.tapswitch().api().get("/v1/published-ports").size();
        if (known != expected.size()) findings.accept(known + " published ports instead of " + expected.size());
    }

    private static boolean gets(DockerScenario.Container container, List<String> words) {
        return Command.run(Duration.ofSeconds(10), words).output().strip().equals(container.name());
    }

    private void resources(Consumer<String> findings) {
        last = ProcessResources.of(lab.tapswitch().pid(), containers.size());
        if (first == null) first = last;
        if (isNewProcess) atStart = last;
        isNewProcess = false;
        last.compare(atStart, findings);
        last.compare(first, findings);
    }

    /** The firewall rules for networks and published ports of Tapswitch. Other chains belong to dockerd, which changes them at any time. */
    private List<String> rules() {
        return lab.host("sh", "-c", "nft list ruleset 2>/dev/null")
                .lines()
                .filter(line -> line.matches(".*(tapswitch|net[01]|10\\.7[56]\\.|dport 9\\d{3}).*"))
                .map(line -> line.replaceAll("counter packets \\d+ bytes \\d+", "counter"))
                .toList();
    }

    /** Checks, after all containers and networks are removed, that their rules and interfaces are gone. */
    void rulesAreAsAtTheStart(Consumer<String> findings) {
        Await.atMost(TIMEOUT, () -> rules().equals(rules));
        if (!rules().equals(rules)) findings.accept("rules without a network: " + rules() + ", at the start: " + rules);
        links(findings);
    }

    void afterTheEnd(Consumer<String> findings) {
        links(findings);
        logged.forEach(findings);
    }

    private void links(Consumer<String> findings) {
        List<String> links = lab.host("ip", "-o", "link")
                .lines()
                .filter(line -> line.matches("\\d+: (tap|net\\d|veth).*"))
                .toList();
        if (!links.isEmpty()) findings.accept("left on the host: " + links);
    }

    List<String> measurements() {
        return List.of("first " + first, "last  " + last);
    }
}
