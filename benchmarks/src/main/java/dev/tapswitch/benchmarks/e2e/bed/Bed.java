package dev.tapswitch.benchmarks.e2e.bed;

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
 * The namespaces of one run of the bench: one for the switch, one for each of a few hosts that speak, and one that holds the crowd, which is
 * ports and no more. They stay for the whole run: to delete one costs the kernel work that would disturb the next measurement. IPv6 is off in
 * them, so that what is counted is what the bench sent.
 */
public final class Bed implements AutoCloseable {
    /** Hosts with a namespace of their own, address and stack. */
    public static final int SPEAKERS = 4;

    public static final int MTU = 1_500;

    private final String prefix = "tsb" + ProcessHandle.current().pid() + "-";
    private final Path directory;

    public Bed() {
        try {
            directory = Files.createTempDirectory("tapswitch-bench-");
            for (int i = 1; i <= SPEAKERS; i++) addNamespace(speaker(i));
            addNamespace(crowd());
            addNamespace(switchNamespace());
        } catch (IOException e) {
            throw new BenchException("cannot make a temporary directory: " + e.getMessage(), e);
        }
    }

    /** Where the system under test runs. */
    public String switchNamespace() {
        return prefix + "sw";
    }

    /** Files of this run; they go when it ends. */
    public Path directory() {
        return directory;
    }

    /** That many hosts: the first ones speak, what is more than {@link #SPEAKERS} is the crowd. Their interfaces are the system's to make. */
    public List<Host> hosts(int count, int mtu) {
        List<Host> hosts = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            boolean speaks = i <= SPEAKERS;
            hosts.add(new Host(i, speaks ? speaker(i) : crowd(), speaks ? "eth0" : "d" + i, mtu, speaks));
        }
        return hosts;
    }

    /** Waits until the hosts' interfaces are gone: what io_uring held open, the kernel closes some time after the process has ended. */
    public static void awaitGone(List<Host> hosts) {
        for (Host host : hosts)
            if (host.hasAddress())
                Await.until(
                        host.device() + " of the system before to go",
                        Duration.ofMinutes(1),
                        () -> Command.run("ip", "-n", host.namespace(), "link", "show", "dev", host.device())
                                        .exit()
                                != 0);
    }

    /** Gives the interfaces, which now exist, their addresses and MTU, and sets them up. */
    public static void configure(List<Host> hosts) {
        batch(hosts, host -> {
            String device = " dev " + host.device();
            String lines = "link set" + device + " address " + host.mac() + " mtu " + host.mtu() + "\n";
            if (host.hasAddress()) lines += "addr add " + host.prefix() + device + "\n";
            return lines + "link set" + device + " up\n";
        });
    }

    /** Runs {@code ip -batch} in each host's namespace, with the lines of all its hosts. */
    public static void batch(List<Host> hosts, Function<Host, String> lines) {
        Map<String, String> batches = new TreeMap<>(hosts.stream()
                .collect(Collectors.groupingBy(Host::namespace, Collectors.mapping(lines, Collectors.joining()))));
        batches.forEach((namespace, batch) ->
                Command.expect(Duration.ofMinutes(2), batch, List.of("ip", "-n", namespace, "-batch", "-")));
    }

    @Override
    public void close() {
        for (int i = 1; i <= SPEAKERS; i++) Command.run("ip", "netns", "del", speaker(i));
        Command.run("ip", "netns", "del", crowd());
        Command.run("ip", "netns", "del", switchNamespace());
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(file);
        } catch (IOException e) {
            System.err.println("cannot remove " + directory + ": " + e.getMessage());
        }
    }

    private String speaker(int number) {
        return prefix + "h" + number;
    }

    private String crowd() {
        return prefix + "crowd";
    }

    private static void addNamespace(String name) {
        Command.expect("ip", "netns", "add", name);
        Command.expect("ip", "-n", name, "link", "set", "lo", "up");
        for (String which : List.of("all", "default"))
            Command.expect(Command.inside(name, "sysctl", "-qw", "net.ipv6.conf." + which + ".disable_ipv6=1"));
    }
}
