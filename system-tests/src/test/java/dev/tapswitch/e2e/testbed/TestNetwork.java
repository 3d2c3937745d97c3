package dev.tapswitch.e2e.testbed;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * One test's little network: namespaces with names of its own, nodes in them, and a daemon in a namespace of its own. Closing it ends and removes all
 * of it, and fails the test when the daemon logged a stack trace.
 */
public final class TestNetwork implements AutoCloseable {
    private static final AtomicInteger COUNTER = new AtomicInteger();
    private static final Set<TestNetwork> OPEN = ConcurrentHashMap.newKeySet();

    static {
        // A JVM that is told to stop in the middle of a test still cleans up.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> OPEN.forEach(TestNetwork::tearDown)));
    }

    private final String prefix = "tse" + ProcessHandle.current().pid() + "-" + COUNTER.incrementAndGet() + "-";
    private final Path directory;
    private final Set<String> namespaces = new LinkedHashSet<>();
    private final List<Node> nodes = new ArrayList<>();
    private final List<Process> processes = new ArrayList<>();
    private final List<AutoCloseable> sockets = new ArrayList<>();
    private final List<String> environment = new ArrayList<>();
    private final List<String> head = new ArrayList<>();
    private RunningDaemon daemon;

    public TestNetwork() {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root, to make network namespaces");
        assumeTrue(Files.exists(Path.of("/dev/net/tun")), "needs /dev/net/tun");
        try {
            directory = Files.createTempDirectory("tapswitch-e2e-");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        OPEN.add(this);
    }

    /** A namespace with IPv6 on, so that it says things of its own accord (router solicitations, MLD). */
    public String namespace(String name) {
        String full = prefix + name;
        if (namespaces.add(full)) {
            Command.expect("ip", "netns", "add", full);
            Command.expect("ip", "-n", full, "link", "set", "lo", "up");
        }
        return full;
    }

    /** A namespace that is silent: what is captured in it is what the test made. */
    public String quietNamespace(String name) {
        String full = namespace(name);
        for (String which : List.of("all", "default"))
            Command.expect(inside(full, "sysctl", "-qw", "net.ipv6.conf." + which + ".disable_ipv6=1"));
        return full;
    }

    /** A node on the switch, in a namespace of its own; it gets its TAP, eth0, when the daemon starts. */
    public Node node(String name, String... addresses) {
        return add(new Node(this, name, namespace(name), "eth0", nodes.size() + 1, List.of(addresses)));
    }

    public Node quietNode(String name, String... addresses) {
        return add(new Node(this, name, quietNamespace(name), "eth0", nodes.size() + 1, List.of(addresses)));
    }

    /** One of many ports in one namespace. */
    public Node portIn(String namespace, String name) {
        return add(new Node(this, name, namespace, name, nodes.size() + 1, List.of()));
    }

    /** NAME=VALUE, for the daemon. */
    public void environment(String assignment) {
        environment.add(assignment);
    }

    /** File descriptors that the daemon may have open: RLIMIT_NOFILE. */
    public void limitDescriptors(int soft, int hard) {
        // env(1) runs what follows its assignments.
        environment.addAll(List.of("prlimit", "--nofile=" + soft + ":" + hard));
    }

    /** A line of the configuration, outside of its switches. */
    public void head(String line) {
        head.add(line);
    }

    private Node add(Node node) {
        nodes.add(node);
        return node;
    }

    /** Starts the daemon with one switch, {@code lan}, holding all nodes; the lines are added to the switch's settings as they are. */
    public RunningDaemon start(Io io, String... switchLines) {
        return start(io, 1, switchLines);
    }

    public RunningDaemon start(Io io, int workers, String... switchLines) {
        var yaml = new StringBuilder("""
                socket: %1$s/daemon.sock
                state: %1$s/state
                io: %2$s
                workers: %3$d
                log-level: info
                """.formatted(directory, io.word(), workers));
        head.forEach(line -> yaml.append(line).append('\n'));
        yaml.append("switches:\n  lan:\n");
        Arrays.stream(switchLines)
                .forEach(line -> yaml.append("    ").append(line).append('\n'));
        yaml.append("    ports:\n");
        nodes.forEach(node -> yaml.append(node.yaml()));
        daemon = RunningDaemon.start(namespace("sw"), directory, yaml.toString(), environment);
        daemon.awaitPortsUp(nodes.size());
        return daemon;
    }

    /** Stops the daemon and starts it again, with the configuration and the state it had. */
    public RunningDaemon restart() {
        daemon.stop();
        daemon.assertLogIsSane();
        daemon = RunningDaemon.start(namespace("sw"), directory, daemon.yaml(), environment);
        return daemon;
    }

    /** As {@link #restart}, after a crash. */
    public RunningDaemon restartAfterKill() {
        daemon.kill();
        daemon = RunningDaemon.start(namespace("sw"), directory, daemon.yaml(), environment);
        return daemon;
    }

    /** The words that run a command inside a namespace. Not `ip netns exec`, which would hide namespaces made later. */
    public static List<String> inside(String namespace, String... words) {
        List<String> all = new ArrayList<>(List.of("nsenter", "--net=/run/netns/" + namespace));
        all.addAll(List.of(words));
        return all;
    }

    public Path directory() {
        return directory;
    }

    /** For failures: what the switch says of every port. */
    public String counters() {
        return daemon == null ? "" : daemon.api().get("/v1/switches/lan/stats").toPrettyString();
    }

    public void closeLater(AutoCloseable socket) {
        sockets.add(socket);
    }

    public void endLater(Process process) {
        processes.add(process);
    }

    /** As if a container went away under the switch. */
    public void deleteNamespace(String full) {
        Command.expect("ip", "netns", "del", full);
        namespaces.remove(full);
    }

    @Override
    public void close() {
        tearDown();
        if (daemon != null) daemon.assertLogIsSane();
    }

    private synchronized void tearDown() {
        OPEN.remove(this);
        // A test that ran out of time is interrupted: that, not its cleaning up.
        Thread.interrupted();
        sockets.forEach(socket -> {
            try {
                socket.close();
            } catch (Exception e) {
                System.err.println("closing a socket: " + e);
            }
        });
        sockets.clear();
        processes.forEach(Process::destroyForcibly);
        processes.clear();
        if (daemon != null) daemon.stop();
        namespaces.forEach(namespace -> Command.run("ip", "netns", "del", namespace));
        namespaces.clear();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(file);
        } catch (IOException e) {
            System.err.println("removing " + directory + ": " + e);
        }
    }
}
