package dev.tapswitch.e2e.chaos;

import dev.tapswitch.e2e.docker.DockerLab;
import dev.tapswitch.e2e.docker.DockerNetworks;
import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.Command;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/** A real dockerd with networks of Tapswitch. Containers start and end; both daemons are stopped and killed, and start again. */
final class DockerScenario implements ChaosScenario {
    private static final int MAX_CONTAINERS = 8;
    private static final List<String> NETWORKS = List.of("net0", "net1");
    private static final List<String> ODD_NAMES = List.of("\\01\\033[31m", "\\0377\\0376x", "tap*", "a+b", "eth9");

    /** A container, its network, and its published port, 0 for none. */
    record Container(String name, String network, int published) {}

    private final DockerLab lab = new DockerLab().withDocker("--bridge=none", "--live-restore");
    private final List<Container> containers = new ArrayList<>();
    private final DockerInvariants checks;
    private final Path logs = Path.of("target", "chaos", "docker.log");
    private int created;

    DockerScenario(long seed) {
        try {
            Files.deleteIfExists(logs);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        String io = new Random(seed).nextBoolean() ? "epoll" : "io_uring";
        lab.startTapswitch("docker: {enabled: true}", "io: " + io);
        checks = new DockerInvariants(lab, containers);
        for (String network : NETWORKS) createNetwork(network);
    }

    private void createNetwork(String network) {
        String subnet = "10.%d.0.0/24".formatted(75 + NETWORKS.indexOf(network));
        DockerNetworks.create(lab, network, subnet, network, List.of());
    }

    @Override
    public String name() {
        return "docker";
    }

    @Override
    public List<ChaosAction> actions() {
        return List.of(
                new ChaosAction("docker run", 14, () -> containers.size() < MAX_CONTAINERS, this::run),
                new ChaosAction("docker rm -f", 8, this::hasSome, this::remove),
                new ChaosAction("docker restart", 8, this::hasSome, this::restartContainer),
                new ChaosAction("docker kill, start", 8, this::hasSome, this::killContainer),
                new ChaosAction("network recreated", 4, this::recreateNetwork),
                new ChaosAction("network joined, left", 6, this::hasSome, this::joinOther),
                new ChaosAction("link flaps", 6, this::hasSome, this::flap),
                new ChaosAction("renamed", 6, this::hasSome, this::rename),
                new ChaosAction("mac changed", 4, this::hasSome, this::changeMac),
                new ChaosAction("hand-over", 5, this::handOver),
                new ChaosAction("stop and start", 3, this::restart),
                new ChaosAction("SIGKILL and start", 4, this::kill),
                new ChaosAction("dockerd restarted", 2, this::restartDocker),
                new ChaosAction("dockerd killed", 2, this::killDocker));
    }

    private boolean hasSome() {
        return !containers.isEmpty();
    }

    // Containers

    private String run(Random random) {
        String network = NETWORKS.get(random.nextInt(NETWORKS.size()));
        int port = random.nextBoolean() ? 9_000 + created % 100 : 0;
        Container container = new Container("k" + created++, network, port);
        if (port == 0) lab.web(container.name, "--network", network);
        else lab.web(container.name, "--network", network, "-p", port + ":80");
        containers.add(container);
        return container.toString();
    }

    private String remove(Random random) {
        Container container = anyContainer(random);
        containers.remove(container);
        lab.docker("rm", "-f", container.name);
        return container.name;
    }

    private String restartContainer(Random random) {
        Container container = anyContainer(random);
        lab.docker("restart", "-t", "1", container.name);
        return container.name;
    }

    private String killContainer(Random random) {
        Container container = anyContainer(random);
        lab.docker("kill", container.name);
        lab.docker("start", container.name);
        return container.name;
    }

    private String recreateNetwork(Random random) {
        String network = NETWORKS.get(random.nextInt(NETWORKS.size()));
        List<Container> removed = containers.stream()
                .filter(container -> container.network.equals(network))
                .toList();
        containers.removeAll(removed);
        for (Container container : removed) lab.docker("rm", "-f", container.name);
        lab.docker("network", "rm", network);
        createNetwork(network);
        return network + " with " + removed.size() + " containers";
    }

    private String joinOther(Random random) {
        Container container = anyContainer(random);
        String other = NETWORKS.get(1 - NETWORKS.indexOf(container.network));
        lab.docker("network", "connect", other, container.name);
        lab.docker("network", "disconnect", other, container.name);
        return container.name + " in " + other;
    }

    // Actions of root in a container. Afterwards the container is restarted, so that names and addresses are as Docker
    // has set them.

    private String flap(Random random) {
        Container container = anyContainer(random);
        int times = 1 + random.nextInt(10);
        inside(container, "for i in $(seq " + times + "); do ip link set eth0 down; ip link set eth0 up; done");
        // Setting the interface down has removed the default route.
        lab.docker("restart", "-t", "1", container.name);
        return container.name + ", " + times + " times";
    }

    private String rename(Random random) {
        Container container = anyContainer(random);
        String odd = ODD_NAMES.get(random.nextInt(ODD_NAMES.size()));
        String name = "\"$(printf '%b' '" + odd + "')\"";
        inside(container, "ip link set eth0 down; ip link set eth0 name " + name + "; ip link set dev " + name + " up");
        Await.pause(Duration.ofMillis(random.nextInt(3_000)));
        boolean back = random.nextBoolean();
        if (back) inside(container, "ip link set dev " + name + " down; ip link set dev " + name + " name eth0");
        lab.docker("restart", "-t", "1", container.name);
        return container.name + " to " + odd + (back ? " and back" : "");
    }

    private String changeMac(Random random) {
        Container container = anyContainer(random);
        inside(
                container,
                "ip link set eth0 address 06:00:00:00:00:01; ping -c 3 -i 0.2 -W 1 10.75.0.1 >/dev/null; true");
        lab.docker("restart", "-t", "1", container.name);
        return container.name;
    }

    private void inside(Container container, String script) {
        Command.expect("nsenter", "-t", checks.pid(container), "-n", "sh", "-c", script);
    }

    private Container anyContainer(Random random) {
        return containers.get(random.nextInt(containers.size()));
    }

    // The daemons

    private String handOver(Random random) {
        lab.tapswitch().handOver();
        return "to " + lab.tapswitch().pid();
    }

    private String restart(Random random) throws IOException {
        lab.tapswitch().stop();
        startAgain();
        return "as " + lab.tapswitch().pid();
    }

    private String kill(Random random) throws IOException {
        lab.tapswitch().kill();
        startAgain();
        return "as " + lab.tapswitch().pid();
    }

    private void startAgain() throws IOException {
        keepLog();
        lab.restartTapswitch();
        checks.onNewProcess();
    }

    private void keepLog() throws IOException {
        Files.createDirectories(logs.getParent());
        Files.writeString(logs, lab.tapswitch().log(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        checks.scanEndedLog(lab.tapswitch().log());
    }

    private String restartDocker(Random random) {
        lab.stopDocker();
        lab.restartDocker();
        return "";
    }

    private String killDocker(Random random) {
        lab.killDocker();
        lab.restartDocker();
        return "";
    }

    @Override
    public void revive() throws Exception {
        try {
            lab.tapswitch().updatePid();
        } catch (AssertionError e) {
            if (lab.tapswitch().isAlive()) throw e;
            startAgain();
        }
    }

    @Override
    public void check(Consumer<String> findings) {
        checks.run(findings);
    }

    @Override
    public void end(Consumer<String> findings) throws Exception {
        for (Container container : containers) lab.docker("rm", "-f", container.name);
        containers.clear();
        for (String network : NETWORKS) lab.docker("network", "rm", network);
        checks.rulesAreAsAtTheStart(findings);
        lab.tapswitch().stop();
        keepLog();
        checks.afterTheEnd(findings);
    }

    @Override
    public List<String> measurements() {
        return checks.measurements();
    }

    @Override
    public void close() {
        lab.close();
    }
}
