package dev.tapswitch.e2e.chaos;

import dev.tapswitch.e2e.testbed.ApiClient;
import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.Command;
import dev.tapswitch.e2e.testbed.Io;
import dev.tapswitch.e2e.testbed.NamespaceThread;
import dev.tapswitch.e2e.testbed.RawSocket;
import dev.tapswitch.e2e.testbed.RunningDaemon;
import dev.tapswitch.e2e.testbed.TestNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/** A switch with ports from its configuration file and ports added by the API. Their namespaces are created and deleted, and root inside them changes interfaces. */
final class LanScenario implements ChaosScenario {
    /** The first two stations carry continuous traffic; their namespaces are not deleted. */
    private static final int ANCHORS = 2;

    private static final int DECLARED = 5;
    private static final int MAX_STATIONS = 14;
    private static final List<String> ODD_NAMES =
            List.of("\\01\\033[31m", "\\0377\\0376x", "tap*", "a+b", "lo*", "\\0303\\0244", "..x", "-x");

    private final TestNetwork net = new TestNetwork();
    private final Io io;
    private final Path state;
    private final Path logs;
    private final List<Station> stations = new ArrayList<>();
    private final LanInvariants checks;
    private final BackgroundTraffic traffic;
    private RunningDaemon daemon;
    private int created;
    private String arp = "direct";
    private int ageing = 300;

    LanScenario(long seed) {
        io = new Random(seed).nextBoolean() ? Io.IO_URING : Io.EPOLL;
        state = net.directory().resolve("state");
        logs = Path.of("target", "chaos", "lan.log");
        net.closeAtEnd(this::stopAll);
        try {
            Files.createDirectories(state);
            Files.deleteIfExists(logs);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        Command.expect("mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", state.toString());
        for (int i = 0; i < DECLARED; i++) stations.add(newStation("c" + i, true, ""));
        startDaemon();
        checks = new LanInvariants(net, stations);
        traffic = new BackgroundTraffic(net, stations.get(0), stations.get(1));
    }

    @Override
    public String name() {
        return "lan";
    }

    @Override
    public List<ChaosAction> actions() {
        return List.of(
                new ChaosAction("port add", 14, () -> stations.size() < MAX_STATIONS, this::addPort),
                new ChaosAction("port delete", 10, this::hasAdded, this::deletePort),
                new ChaosAction("container moves", 8, this::hasAdded, this::move),
                new ChaosAction("namespace replaced", 8, this::replaceNamespace),
                new ChaosAction("link flaps", 8, this::flap),
                new ChaosAction("mac changed", 6, this::changeMac),
                new ChaosAction("renamed", 8, this::rename),
                new ChaosAction("hostile frames", 6, this::hostileFrames),
                new ChaosAction("reload", 8, this::reload),
                new ChaosAction("invalid reload", 3, this::invalidReload),
                new ChaosAction("hand-over", 6, this::handOver),
                new ChaosAction("stop and start", 4, this::restart),
                new ChaosAction("SIGKILL and start", 5, this::kill),
                new ChaosAction("paused for a second", 3, this::pause),
                new ChaosAction("state directory full", 4, this::full),
                new ChaosAction("state read-only", 4, this::readOnly),
                new ChaosAction("switch added, deleted", 4, this::otherSwitch),
                new ChaosAction("listings", 4, this::list));
    }

    private boolean hasAdded() {
        return stations.size() > DECLARED;
    }

    // Actions on ports

    private String addPort(Random random) {
        Station station = newStation("a" + created, false, "");
        daemon.api().post("/v1/switches/lan/ports", station.json());
        stations.add(station);
        return station.toString();
    }

    private String deletePort(Random random) {
        Station station = anyAdded(random);
        boolean namespaceFirst = random.nextBoolean();
        remove(station, namespaceFirst);
        return station + (namespaceFirst ? ", its namespace first" : "");
    }

    private void remove(Station station, boolean namespaceFirst) {
        stations.remove(station);
        if (namespaceFirst) net.deleteNamespace(station.namespace);
        daemon.api().delete("/v1/switches/lan/ports/" + station.port);
        if (!namespaceFirst) net.deleteNamespace(station.namespace);
    }

    /** A container starts again in another namespace, with the same addresses. */
    private String move(Random random) {
        Station station = anyAdded(random);
        remove(station, random.nextBoolean());
        Station moved = new Station("a" + created, net.namespace("a" + created++), station.number, false, station.mac);
        daemon.api().post("/v1/switches/lan/ports", moved.json());
        stations.add(moved);
        return station + " to " + moved.port;
    }

    private String replaceNamespace(Random random) {
        Station station = anyExceptAnchors(random);
        stations.remove(station);
        net.deleteNamespace(station.namespace);
        String name = station.port;
        if (random.nextBoolean()) Await.pause(Duration.ofMillis(random.nextInt(2_000)));
        net.namespace(name);
        stations.add(
                Math.min(station.isDeclared ? ANCHORS : DECLARED, stations.size()),
                new Station(name, station.namespace, station.number, station.isDeclared, station.mac));
        return station.toString();
    }

    // Actions of root in a container

    private String flap(Random random) {
        Station station = anyStation(random);
        int times = 1 + random.nextInt(20);
        station.flap(times);
        return station + ", " + times + " times";
    }

    private String changeMac(Random random) {
        Station station = anyExceptAnchors(random);
        String mac = "06:00:%02x:%02x:%02x:%02x"
                .formatted(random.nextInt(256), random.nextInt(256), random.nextInt(256), station.number);
        station.set("address " + mac);
        return station + " to " + mac;
    }

    private String rename(Random random) {
        Station station = anyExceptAnchors(random);
        String odd = ODD_NAMES.get(random.nextInt(ODD_NAMES.size()));
        String name = station.hasFirstName() ? odd : random.nextInt(3) == 0 ? odd + "9" : "eth0";
        station.rename(name);
        return station.toString();
    }

    private String hostileFrames(Random random) {
        Station station = anyExceptAnchors(random);
        if (!station.hasFirstName()) return "none";
        station.set("up");
        int frames = 200 + random.nextInt(2_000);
        boolean sources = random.nextBoolean();
        RawSocket socket = NamespaceThread.call("/run/netns/" + station.namespace, () -> RawSocket.on("eth0"));
        try (socket) {
            for (int i = 0; i < frames; i++) {
                byte[] frame = new byte[14 + random.nextInt(100)];
                random.nextBytes(frame);
                frame[6] = (byte) (sources ? 0x0A : 0x01);
                frame[12] = (byte) (random.nextBoolean() ? 0x08 : 0x86);
                frame[13] = (byte) (random.nextBoolean() ? 0x06 : 0xDD);
                socket.send(frame);
            }
        }
        return station + ", " + frames + (sources ? " from as many addresses" : "");
    }

    // Actions on the daemon

    private String reload(Random random) throws IOException {
        arp = List.of("direct", "reply", "flood").get(random.nextInt(3));
        ageing = 60 + random.nextInt(600);
        Files.writeString(daemon.config(), yaml());
        daemon.api().post("/v1/reload", "");
        return "arp " + arp + ", ageing " + ageing;
    }

    private String invalidReload(Random random) throws IOException {
        String yaml = yaml();
        int cut = random.nextInt(yaml.length());
        String invalid = random.nextBoolean()
                ? yaml.replace("arp: ", "arp: un")
                : yaml.substring(0, cut) + "}\"\t[" + yaml.substring(cut);
        Files.writeString(daemon.config(), invalid);
        ApiClient.Response response = daemon.api().send("POST", "/v1/reload", "");
        Files.writeString(daemon.config(), yaml);
        if (response.status() / 100 == 5) throw new AssertionError("the response to an invalid file is " + response);
        if (response.status() / 100 == 2) daemon.api().post("/v1/reload", "");
        return "status " + response.status();
    }

    private String handOver(Random random) {
        daemon.handOver();
        return "to " + daemon.pid();
    }

    private String restart(Random random) throws IOException {
        daemon.stop();
        startAgain();
        return "as " + daemon.pid();
    }

    private String kill(Random random) throws IOException {
        daemon.kill();
        startAgain();
        return "as " + daemon.pid();
    }

    private String pause(Random random) {
        Command.expect("kill", "-STOP", "" + daemon.pid());
        Await.pause(Duration.ofSeconds(1));
        Command.expect("kill", "-CONT", "" + daemon.pid());
        return "" + daemon.pid();
    }

    /** The state directory is full for a while; in one of three cases the daemon is killed and started meanwhile. The daemon may refuse changes with an error. */
    private String full(Random random) throws IOException {
        Command.run("dd", "if=/dev/zero", "of=" + state.resolve("filler"), "bs=4k");
        try {
            return addSwitch() + (random.nextInt(3) == 0 ? ", restarted " + kill(random) : "");
        } finally {
            Files.deleteIfExists(state.resolve("filler"));
            removeSwitch();
        }
    }

    /** The daemon is killed first: a file system cannot be remounted read-only while a file is open for writing. */
    private String readOnly(Random random) throws IOException {
        daemon.kill();
        Command.expect("mount", "-o", "remount,ro", state.toString());
        try {
            startAgain();
            return addSwitch();
        } finally {
            Command.expect("mount", "-o", "remount,rw", state.toString());
            revive();
            removeSwitch();
        }
    }

    private String addSwitch() {
        ApiClient.Response added = daemon.api().send("POST", "/v1/switches", "{\"name\": \"full\"}");
        return "status for a new switch: " + added.status();
    }

    private void removeSwitch() {
        ApiClient.Response deleted = daemon.api().send("DELETE", "/v1/switches/full", "");
        if (deleted.status() / 100 == 5) throw new AssertionError("deleting the switch afterwards: " + deleted);
    }

    private String otherSwitch(Random random) {
        String namespace = net.namespace("other");
        daemon.api().post("/v1/switches", "{\"name\": \"other\", \"mac-capacity\": 1024}");
        int ports = 1 + random.nextInt(8);
        for (int i = 0; i < ports; i++)
            daemon.api()
                    .post(
                            "/v1/switches/other/ports",
                            "{\"name\": \"p%d\", \"namespace\": \"%s\", \"device\": \"eth%d\"}"
                                    .formatted(i, namespace, i));
        daemon.api().delete("/v1/switches/other");
        net.deleteNamespace(namespace);
        return ports + " ports";
    }

    private String list(Random random) {
        for (String what : List.of("", "/ports", "/macs", "/neighbours", "/stats"))
            for (int i = 0; i < 5; i++) daemon.api().get("/v1/switches/lan" + what);
        return "";
    }

    // The daemon

    private String yaml() {
        var yaml = new StringBuilder("""
                socket: %1$s/daemon.sock
                state: %1$s/state
                io: %2$s
                workers: 2
                log-level: info
                switches:
                  lan:
                    arp: %3$s
                    ageing: %4$ds
                    ports:
                """.formatted(net.directory(), io.setting(), arp, ageing));
        stations.stream().filter(station -> station.isDeclared).forEach(station -> yaml.append(station.yaml()));
        return yaml.toString();
    }

    private void startDaemon() {
        daemon = RunningDaemon.start(net.namespace("sw"), net.directory(), yaml());
    }

    private void startAgain() throws IOException {
        keepLog();
        checks.scanEndedLog(daemon.log());
        stations.forEach(Station::resetName);
        startDaemon();
        checks.onNewProcess();
    }

    private void keepLog() throws IOException {
        Files.createDirectories(logs.getParent());
        Files.writeString(logs, daemon.log(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    @Override
    public void revive() throws IOException {
        try {
            daemon.updatePid();
        } catch (AssertionError e) {
            if (daemon.isAlive()) throw e;
            startAgain();
        }
    }

    @Override
    public void check(Consumer<String> findings) {
        checks.run(daemon, findings);
        traffic.startMissing();
    }

    @Override
    public void end(Consumer<String> findings) throws Exception {
        daemon.stop();
        keepLog();
        checks.scanEndedLog(daemon.log());
        checks.afterTheEnd(findings);
    }

    @Override
    public List<String> measurements() {
        List<String> lines = new ArrayList<>(checks.measurements());
        lines.add("io " + io.setting() + "; " + traffic.summary());
        return lines;
    }

    private void stopAll() {
        if (daemon != null) daemon.stop();
        Command.run("umount", "-l", state.toString());
    }

    @Override
    public void close() {
        net.close();
    }

    // Stations

    private Station newStation(String port, boolean isDeclared, String mac) {
        int number = 10;
        while (isTaken(number)) number++;
        created++;
        String own = mac.isEmpty() ? "02:00:00:%02x:%02x:%02x".formatted(created >> 8, created & 0xff, number) : mac;
        return new Station(port, net.namespace(port), number, isDeclared, own);
    }

    /** The next station gets the lowest free number: like container runtimes, this reuses addresses at once. */
    private boolean isTaken(int number) {
        return stations.stream().anyMatch(station -> station.number == number);
    }

    private Station anyStation(Random random) {
        return stations.get(random.nextInt(stations.size()));
    }

    private Station anyExceptAnchors(Random random) {
        return stations.get(ANCHORS + random.nextInt(stations.size() - ANCHORS));
    }

    private Station anyAdded(Random random) {
        return stations.get(DECLARED + random.nextInt(stations.size() - DECLARED));
    }
}
