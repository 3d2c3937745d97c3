package dev.tapswitch.benchmarks.e2e.testbed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The namespaces of one run of the bench: one for the switch, one for each of a few active hosts, and one for all idle ports.
 * They stay for the whole run, because deleting one causes kernel work that would disturb the next measurement. IPv6 is disabled in
 * them, so that only frames of the bench are counted.
 */
public final class Testbed implements AutoCloseable {
    /** The number of active hosts, each with its own namespace and address. */
    public static final int ACTIVE_HOSTS = 4;

    public static final int MTU = 1_500;

    private final String prefix = "tsb" + ProcessHandle.current().pid() + "-";
    private final Path directory;

    public Testbed() {
        try {
            directory = Files.createTempDirectory("tapswitch-bench-");
            for (int i = 1; i <= ACTIVE_HOSTS; i++) addNamespace(activeNamespace(i));
            addNamespace(idleNamespace());
            addNamespace(switchNamespace());
        } catch (IOException e) {
            throw new BenchException("cannot create a temporary directory: " + e.getMessage(), e);
        }
    }

    /** The namespace of the system under test. */
    public String switchNamespace() {
        return prefix + "sw";
    }

    /** The directory for files of this run; it is deleted at the end. */
    public Path directory() {
        return directory;
    }

    /** Returns this number of hosts: the first {@link #ACTIVE_HOSTS} are active, the others are idle ports. The system creates their interfaces. */
    public List<Host> hosts(int count, int mtu) {
        List<Host> hosts = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            boolean isActive = i <= ACTIVE_HOSTS;
            hosts.add(new Host(
                    i, isActive ? activeNamespace(i) : idleNamespace(), isActive ? "eth0" : "d" + i, mtu, isActive));
        }
        return hosts;
    }

    /** Waits until the hosts' interfaces are gone: the kernel closes files held by io_uring some time after the process has exited. */
    public static void awaitGone(List<Host> hosts) {
        for (Host host : hosts)
            if (host.hasAddress())
                Await.until(
                        "removal of " + host.device() + " of the previous system",
                        Duration.ofMinutes(1),
                        () -> Command.run("ip", "-n", host.namespace(), "link", "show", "dev", host.device())
                                        .exit()
                                != 0);
    }

    /** Configures addresses and MTU of the interfaces, which exist now, and sets them up. */
    public static void configure(List<Host> hosts) {
        batch(hosts, host -> {
            String device = " dev " + host.device();
            String lines = "link set" + device + " address " + host.mac() + " mtu " + host.mtu() + "\n";
            if (host.hasAddress()) lines += "addr add " + host.prefix() + device + "\n";
            return lines + "link set" + device + " up\n";
        });
    }

    /** Runs {@code ip -batch} once per namespace, with the lines of all its hosts. */
    public static void batch(List<Host> hosts, Function<Host, String> lines) {
        Map<String, String> batches = new TreeMap<>(hosts.stream()
                .collect(Collectors.groupingBy(Host::namespace, Collectors.mapping(lines, Collectors.joining()))));
        batches.forEach((namespace, batch) ->
                Command.expect(Duration.ofMinutes(2), batch, List.of("ip", "-n", namespace, "-batch", "-")));
    }

    @Override
    public void close() {
        for (int i = 1; i <= ACTIVE_HOSTS; i++) Command.run("ip", "netns", "del", activeNamespace(i));
        Command.run("ip", "netns", "del", idleNamespace());
        Command.run("ip", "netns", "del", switchNamespace());
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(file);
        } catch (IOException e) {
            System.err.println("cannot remove " + directory + ": " + e.getMessage());
        }
    }

    private String activeNamespace(int number) {
        return prefix + "h" + number;
    }

    private String idleNamespace() {
        return prefix + "idle";
    }

    private static void addNamespace(String name) {
        Command.expect("ip", "netns", "add", name);
        Command.expect("ip", "-n", name, "link", "set", "lo", "up");
        for (String which : List.of("all", "default"))
            Command.expect(Command.inside(name, "sysctl", "-qw", "net.ipv6.conf." + which + ".disable_ipv6=1"));
    }
}
