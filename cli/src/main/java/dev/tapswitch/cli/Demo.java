package dev.tapswitch.cli;

import dev.tapswitch.cli.client.ApiClient;
import dev.tapswitch.cli.client.ApiException;
import dev.tapswitch.cli.lab.LabDown;
import dev.tapswitch.cli.lab.LabException;
import dev.tapswitch.cli.lab.LabHome;
import dev.tapswitch.cli.lab.LabUp;
import dev.tapswitch.cli.lab.Progress;
import dev.tapswitch.control.json.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The tour of {@code tapswitch demo}: starts a lab, sends and traces frames, shows the tables and counters, and removes the lab. */
final class Demo {
    private static final int HTTP_PORT = 8080;
    private static final long CLEAN_UP_SECONDS = 30;
    /** The limit for a trace. It ends earlier, as soon as the frames of the exchange are seen. */
    private static final int TRACE_SECONDS = 60;
    /** The frames of the first ping: ARP request, ARP reply, echo request, echo reply. */
    private static final int EXCHANGE_FRAMES = 4;

    /** A node of the lab and its address, as demo.yaml declares them. */
    private record Node(String name, String address) {}

    private static final Node ALICE = new Node("alice", "198.18.0.1");
    private static final Node BOB = new Node("bob", "198.18.0.2");
    private static final Node CAROL = new Node("carol", "198.18.0.3");
    private static final List<Node> NODES = List.of(ALICE, BOB, CAROL);

    private final DemoPage page;
    private final int seconds;
    private final String lab = freeName();
    private final NodeProcess nodes = new NodeProcess(lab);
    private final ApiClient api = new ApiClient(LabHome.of(lab).socket());
    private final CountDownLatch cleanedUp = new CountDownLatch(1);
    private Path files;

    Demo(DemoPage page, int seconds) {
        this.page = page;
        this.seconds = seconds;
    }

    int run() {
        var tour = Thread.currentThread();
        // On Ctrl-C the hook interrupts the tour, which then cleans up as always. The JVM waits for the hook.
        var interruption = new Thread(() -> {
            tour.interrupt();
            awaitCleanUp();
        });
        Runtime.getRuntime().addShutdownHook(interruption);
        try {
            show();
            return ExitCode.OK;
        } catch (IOException e) {
            throw new CommandException("the demo failed: " + e.getMessage());
        } finally {
            cleanUp();
            cleanedUp.countDown();
        }
    }

    private void show() throws IOException {
        page.title("Tapswitch: three network namespaces, one userspace switch");
        setUp();
        watchArp();
        pingAll();
        fetch();
        showTables();
        measure();
        drop();
        count();
        page.section("Clean up");
        page.command("tapswitch lab down demo.yaml");
        page.output(String.join("\n", LabDown.run(LabHome.of(lab), Progress.NONE)));
        page.line("");
        page.title("Done in " + page.elapsed() + "; everything is cleaned up. Try next:");
        page.note(
                "sudo ./tapswitch lab up config/labs/three-nodes.yaml     start a lab from a file that you can change");
        page.note("sudo ./tapswitch lab exec a ping 198.18.0.2              run a command in a node");
        page.note("sudo ./tapswitch --lab three-nodes trace                 show each frame and its egress ports");
        page.note("./tapswitch --help                                       list all commands");
    }

    private void setUp() throws IOException {
        page.section("A lab from one file: three namespaces, each with a TAP that is a port of switch \"lan\"");
        files = Files.createTempDirectory("tapswitch-demo");
        var file = files.resolve("demo.yaml");
        Files.writeString(file, labText());
        page.command("cat demo.yaml");
        page.output(Files.readString(file));
        page.command("tapswitch lab up demo.yaml");
        page.output(String.join("\n", LabUp.run(file, Progress.NONE)));
        page.command("export TAPSWITCH_SOCKET=" + LabHome.of(lab).socket() + "   # the daemon of this lab");
        tapswitch("port", "list");
    }

    private void watchArp() throws IOException {
        page.section("alice pings bob for the first time: a trace of the ARP exchange and the ping");
        page.command("tapswitch trace lan &  tapswitch lab exec alice " + pingCommand("-c 1 " + BOB.address()));
        var frames = new CopyOnWriteArrayList<Json>();
        var watcher = Thread.ofVirtual().start(() -> {
            try {
                api.stream(
                        "/v1/switches/lan/trace?seconds=" + TRACE_SECONDS + "&max=1000",
                        Duration.ofSeconds(TRACE_SECONDS),
                        frames::add);
            } catch (ApiException e) {
                // The interrupt below ends the stream. The frames received so far are shown.
            }
        });
        pause(300);
        ping(ALICE, BOB, 1);
        for (int tries = 0; tries < 60 && exchange(frames).size() < EXCHANGE_FRAMES; tries++) pause(50);
        watcher.interrupt();
        join(watcher);
        exchange(frames).forEach(frame -> page.output(TraceCommand.line(frame)));
        page.note(
                "The switch floods the first request because it does not know bob yet. It forwards later requests only to");
        page.note("bob's port, so an ARP request costs the same with three ports and with three thousand:");
        tapswitch("trace", "lan", "--in", "carol", "--from", macOf(CAROL), "--arp-for", BOB.address());
    }

    /** The frames of the ping, without others that the nodes send, for example router solicitations. */
    private static List<Json> exchange(List<Json> frames) {
        return frames.stream()
                .filter(frame ->
                        List.of("arp", "ipv4").contains(frame.path("ethertype").asString("")))
                .toList();
    }

    private void pingAll() throws IOException {
        page.section("Every node pings every other node (mean round-trip time of 3 requests, ms)");
        page.command("tapswitch lab exec alice " + pingCommand("-c 3 -i 0.1 " + BOB.address()) + "    # and so on");
        var table = new Table("from \\ to", ">alice", ">bob", ">carol");
        for (var from : NODES) {
            var row = new ArrayList<Object>(List.of(from.name()));
            for (var to : NODES) row.add(from.equals(to) ? null : roundTrip(from, to));
            table.row(row.toArray());
        }
        page.output(table.toString());
    }

    /** The mean from the last line of ping's output: rtt min/avg/max/mdev = 0.041/0.052/0.061/0.008 ms. */
    private String roundTrip(Node from, Node to) throws IOException {
        var printed = ping(from, to, 3);
        int equals = printed.lastIndexOf("= ");
        var numbers = equals < 0 ? new String[0] : printed.substring(equals + 2).split("/");
        if (numbers.length < 3)
            throw new CommandException("ping from " + from.name() + " to " + to.name() + " received no reply");
        return numbers[1];
    }

    /** The ping command to display, or its replacement if ping is not installed. */
    private static String pingCommand(String options) {
        return NodeProcess.has("ping")
                ? "ping " + options
                : "tapswitch echo " + options.replaceAll("-c (\\d+)( -i [0-9.]+)?", "--count $1");
    }

    /** Runs ping, or its replacement, and returns the output. */
    private String ping(Node from, Node to, int count) throws IOException {
        String requests = Integer.toString(count);
        if (NodeProcess.has("ping"))
            return nodes.run(from.name(), "ping", "-q", "-c", requests, "-i", "0.1", "-W", "2", to.address());
        return nodes.tapswitch(from.name(), "echo", "--count", requests, to.address());
    }

    private void fetch() throws IOException {
        page.section("alice serves a web page, carol fetches it");
        var folder = Files.createDirectory(files.resolve("www"));
        Files.writeString(
                folder.resolve("index.html"), "Hello carol, this page travelled through Tapswitch. Yours, alice.\n");
        var url = "http://" + ALICE.address() + ":" + HTTP_PORT + "/";
        var server = nodes.start(
                ALICE.name(),
                NodeProcess.java(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-m",
                "jdk.httpserver",
                "-b",
                ALICE.address(),
                "-p",
                Integer.toString(HTTP_PORT),
                "-d",
                folder.toString());
        try {
            page.command("tapswitch lab exec alice java -m jdk.httpserver -b " + ALICE.address() + " -p " + HTTP_PORT
                    + " &");
            nodes.awaitListening(ALICE.name(), HTTP_PORT);
            boolean curl = NodeProcess.has("curl");
            page.command("tapswitch lab exec carol " + (curl ? "curl " : "tapswitch fetch ") + url);
            page.output(
                    curl
                            ? nodes.run(CAROL.name(), "curl", "-sS", "-m", "5", url)
                            : nodes.tapswitch(CAROL.name(), "fetch", url));
        } finally {
            nodes.stop(server);
        }
    }

    private void showTables() {
        page.section("The MAC table and the neighbour table that the switch has learned");
        tapswitch("mac", "list");
        tapswitch("neigh", "list");
    }

    private void measure() throws IOException {
        page.section("Throughput: one TCP stream from carol to bob for " + seconds + " s");
        if (!NodeProcess.has("iperf3")) {
            page.hint("iperf3 is not installed, so this measurement is skipped: apt-get install iperf3");
            return;
        }
        var server = nodes.start(BOB.name(), "iperf3", "-s", "-1");
        try {
            nodes.awaitListening(BOB.name(), 5201);
            page.command("tapswitch lab exec carol iperf3 -c " + BOB.address() + " -t " + seconds);
            var report = Json.parseForeign(
                    nodes.run(CAROL.name(), "iperf3", "-J", "-c", BOB.address(), "-t", Integer.toString(seconds)));
            var received = report.path("end").path("sum_received");
            page.output(Quantity.bitRate(received.path("bits_per_second").asDouble()) + ", "
                    + Quantity.bytes(received.path("bytes").asLong()) + " received");
        } finally {
            nodes.stop(server);
        }
    }

    private void drop() throws IOException {
        page.section(
                "Every drop has a reason: carol's MAC address is bound to alice's port, so her frames are now dropped as forged");
        var mac = macOf(CAROL);
        tapswitch("mac", "add", "lan", mac, "alice");
        tapswitch("trace", "lan", "--in", "carol", "--from", mac, "--to", macOf(ALICE));
        page.command("tapswitch lab exec carol " + pingCommand("-c 2 -i 0.1 " + ALICE.address()));
        page.output(lossOf(ping(CAROL, ALICE, 2)));
        tapswitch("mac", "del", "lan", mac);
    }

    private static String lossOf(String printed) {
        return printed.lines()
                .filter(line -> line.contains("packet loss"))
                .findFirst()
                .orElse(printed);
    }

    private void count() {
        page.section("Counters of frames, bytes and drops per port");
        tapswitch("stats");
    }

    /** Displays a tapswitch command and runs it in this process. */
    private void tapswitch(String... arguments) {
        page.command("tapswitch " + String.join(" ", arguments));
        var printed = new StringWriter();
        var commandLine = Tapswitch.commandLine(arguments);
        commandLine.setOut(new PrintWriter(printed)).setErr(new PrintWriter(printed, true));
        var words = new ArrayList<>(List.of(arguments));
        words.addAll(List.of("--lab", lab));
        int exitCode = commandLine.execute(words.toArray(String[]::new));
        commandLine.getOut().flush();
        if (exitCode != ExitCode.OK)
            throw new CommandException(printed.toString().strip().replaceFirst("^tapswitch: ", ""));
        page.output(printed.toString());
    }

    private String macOf(Node node) throws IOException {
        var link = Json.parse(nodes.run(node.name(), "ip", "-j", "link", "show", "eth0"));
        return link.path(0).path("address").asString();
    }

    private String labText() {
        try (var text = Demo.class.getResourceAsStream("demo.yaml")) {
            return new String(text.readAllBytes(), StandardCharsets.UTF_8).replace("NAME", lab);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** "demo", or "demo-PID" if a lab or namespace of that name exists. */
    private static String freeName() {
        boolean taken = Files.exists(LabHome.of("demo").directory())
                || NODES.stream().anyMatch(node -> Files.exists(Path.of("/run/netns/demo-" + node.name())));
        return taken ? "demo-" + ProcessHandle.current().pid() : "demo";
    }

    private void cleanUp() {
        // Clears the interrupt, which would end the clean-up as well.
        boolean interrupted = Thread.interrupted();
        if (interrupted) page.line("\nInterrupted, cleaning up");
        try {
            LabDown.run(LabHome.of(lab), Progress.NONE);
            if (files != null) deleteFiles();
        } catch (LabException | IOException e) {
            page.line("tapswitch: " + e.getMessage());
        }
    }

    private void deleteFiles() throws IOException {
        try (var walk = Files.walk(files)) {
            for (var path : walk.sorted(java.util.Comparator.reverseOrder()).toList()) Files.deleteIfExists(path);
        }
    }

    private void awaitCleanUp() {
        try {
            if (!cleanedUp.await(CLEAN_UP_SECONDS, TimeUnit.SECONDS))
                page.line("tapswitch: the clean-up takes too long; see 'tapswitch lab list' for what is left");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void pause(long ms) {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException("interrupted");
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException("interrupted");
        }
    }
}
