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
 * The network of one test: namespaces with unique names, nodes in them, and a daemon in a separate namespace. Closing it stops and removes all of them,
 * and fails the test if the daemon has logged a stack trace.
 */
public final class TestNetwork implements AutoCloseable {
    private static final AtomicInteger COUNTER = new AtomicInteger();
    private static final Set<TestNetwork> OPEN = ConcurrentHashMap.newKeySet();

    static {
        // Removes the namespaces also when the JVM is terminated during a test.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> OPEN.forEach(TestNetwork::tearDown)));
    }

    private final String prefix = "tse" + ProcessHandle.current().pid() + "-" + COUNTER.incrementAndGet() + "-";
    private final Path directory;
    private final Set<String> namespaces = new LinkedHashSet<>();
    private final List<Node> nodes = new ArrayList<>();
    private final List<Process> processes = new ArrayList<>();
    private final List<AutoCloseable> resources = new ArrayList<>();
    private final List<String> environment = new ArrayList<>();
    private final List<String> topLevelSettings = new ArrayList<>();
    private RunningDaemon daemon;

    public TestNetwork() {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root, to create network namespaces");
        assumeTrue(Files.exists(Path.of("/dev/net/tun")), "needs /dev/net/tun");
        try {
            directory = Files.createTempDirectory("tapswitch-e2e-");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        OPEN.add(this);
    }

    /** Creates a namespace unless it exists, and returns its full name. IPv6 is enabled: the kernel sends router solicitations and MLD reports by itself. */
    public String namespace(String name) {
        String full = prefix + name;
        if (namespaces.add(full)) {
            Command.expect("ip", "netns", "add", full);
            Command.expect("ip", "-n", full, "link", "set", "lo", "up");
        }
        return full;
    }

    /** Like {@link #namespace}, with IPv6 disabled: its kernel sends no frames by itself. */
    public String quietNamespace(String name) {
        String full = namespace(name);
        for (String interfaces : List.of("all", "default"))
            Command.expect(inNamespace(full, "sysctl", "-qw", "net.ipv6.conf." + interfaces + ".disable_ipv6=1"));
        return full;
    }

    /** Adds a node with a separate namespace. Its TAP, eth0, is created when the daemon starts. */
    public Node node(String name, String... addresses) {
        return add(new Node(this, name, namespace(name), "eth0", nodes.size() + 1, List.of(addresses)));
    }

    /** Like {@link #node}, in a namespace with IPv6 disabled. */
    public Node quietNode(String name, String... addresses) {
        return add(new Node(this, name, quietNamespace(name), "eth0", nodes.size() + 1, List.of(addresses)));
    }

    /** Adds a port to a namespace that may have other ports. Its device has the name of the port. */
    public Node portIn(String namespace, String name) {
        return add(new Node(this, name, namespace, name, nodes.size() + 1, List.of()));
    }

    /** Adds an environment variable, NAME=VALUE, for the daemon. */
    public void daemonEnvironment(String assignment) {
        environment.add(assignment);
    }

    /** Limits the file descriptors that the daemon may have open (RLIMIT_NOFILE). */
    public void limitDescriptors(int soft, int hard) {
        // The daemon is started by env(1), which runs the command that follows the assignments.
        environment.addAll(List.of("prlimit", "--nofile=" + soft + ":" + hard));
    }

    /** Adds a line to the top level of the configuration. */
    public void topLevelSetting(String line) {
        topLevelSettings.add(line);
    }

    private Node add(Node node) {
        nodes.add(node);
        return node;
    }

    /** Starts the daemon with one switch, {@code lan}, with a port for each node, and waits until all ports are up. {@code switchLines}: lines of the switch's settings. */
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
                """.formatted(directory, io.setting(), workers));
        topLevelSettings.forEach(line -> yaml.append(line).append('\n'));
        yaml.append("switches:\n  lan:\n");
        Arrays.stream(switchLines)
                .forEach(line -> yaml.append("    ").append(line).append('\n'));
        yaml.append("    ports:\n");
        nodes.forEach(node -> yaml.append(node.yaml()));
        daemon = RunningDaemon.start(namespace("sw"), directory, yaml.toString(), environment);
        daemon.awaitPortsUp(nodes.size());
        return daemon;
    }

    /** Stops the daemon and starts it again with the same configuration and state. */
    public RunningDaemon restart() {
        daemon.stop();
        daemon.assertLogIsSane();
        daemon = RunningDaemon.start(namespace("sw"), directory, daemon.yaml(), environment);
        return daemon;
    }

    /** Like {@link #restart}, but kills the daemon with SIGKILL. */
    public RunningDaemon restartAfterKill() {
        daemon.kill();
        daemon = RunningDaemon.start(namespace("sw"), directory, daemon.yaml(), environment);
        return daemon;
    }

    /**
     * The command line that runs a command in a namespace. It does not use {@code ip netns exec}, whose private mount namespace does not show namespaces
     * that are created later.
     */
    public static List<String> inNamespace(String namespace, String... command) {
        List<String> all = new ArrayList<>(List.of("nsenter", "--net=/run/netns/" + namespace));
        all.addAll(List.of(command));
        return all;
    }

    public Path directory() {
        return directory;
    }

    /** The counters of all ports, for failure messages. */
    public String counters() {
        return daemon == null ? "" : daemon.api().get("/v1/switches/lan/stats").toPrettyString();
    }

    /** Closes a socket or another resource when the test ends. */
    public void closeAtEnd(AutoCloseable resource) {
        resources.add(resource);
    }

    /** Kills a process when the test ends. */
    public void killAtEnd(Process process) {
        processes.add(process);
    }

    /** Deletes a namespace while the switch serves it, as when a container ends. */
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
        // JUnit interrupts a test that has exceeded its time limit; the interrupt must not stop the clean-up.
        Thread.interrupted();
        resources.forEach(resource -> {
            try {
                resource.close();
            } catch (Exception e) {
                System.err.println("cannot close a resource: " + e);
            }
        });
        resources.clear();
        processes.forEach(Process::destroyForcibly);
        processes.clear();
        if (daemon != null) daemon.stop();
        namespaces.forEach(namespace -> Command.run("ip", "netns", "del", namespace));
        namespaces.clear();
        // A killed daemon with veth ports leaves this mount.
        Path mount = directory.resolve("state/switch-namespace");
        if (Files.exists(mount)) Command.run("umount", "-l", mount.toString());
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(file);
        } catch (IOException e) {
            System.err.println("cannot remove " + directory + ": " + e);
        }
    }
}
