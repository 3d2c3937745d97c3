package dev.tapswitch.e2e.testbed;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** A node of the test network: a namespace with a TAP of the switch. */
public final class Node {
    /** With -Dtapswitch.kind=veth the tests run on veth pairs instead of TAPs. */
    private static final String KIND = System.getProperty("tapswitch.kind", "");

    private final TestNetwork net;
    private final String name;
    private final String namespace;
    private final String device;
    private final int number;
    private final List<String> addresses;
    private final List<String> lines = new ArrayList<>();

    public Node(TestNetwork net, String name, String namespace, String device, int number, List<String> addresses) {
        this.net = net;
        this.name = name;
        this.namespace = namespace;
        this.device = device;
        this.number = number;
        this.addresses = addresses;
    }

    /** Adds a line to the port's configuration. */
    public Node with(String line) {
        lines.add(line);
        return this;
    }

    public String name() {
        return name;
    }

    public String namespace() {
        return namespace;
    }

    public String device() {
        return device;
    }

    /** The MAC address of its TAP: 02:00:00:00 and the node's number, which starts at 1. */
    public String mac() {
        return "02:00:00:00:%02x:%02x".formatted(number >> 8, number & 0xff);
    }

    public String yaml() {
        var yaml = new StringBuilder("""
                      %s:
                        namespace: %s
                        device: %s
                        mac: "%s"
                """.formatted(name, namespace, device, mac()));
        if (!addresses.isEmpty()) {
            yaml.append("        addresses: [\"")
                    .append(String.join("\", \"", addresses))
                    .append("\"]\n");
        }
        boolean hasOwnKind =
                lines.stream().anyMatch(line -> line.startsWith("kind:") || line.equals("persistent: true"));
        if (!KIND.isEmpty() && !hasOwnKind)
            yaml.append("        kind: ").append(KIND).append('\n');
        lines.forEach(line -> yaml.append("        ").append(line).append('\n'));
        return yaml.toString();
    }

    public String exec(String... command) {
        return Command.expect(TestNetwork.inNamespace(namespace, command));
    }

    public CommandResult tryExec(Duration limit, String... command) {
        return Command.run(limit, TestNetwork.inNamespace(namespace, command));
    }

    /** {@code ip -n NAMESPACE ...}. */
    public String ip(String... command) {
        List<String> all = new ArrayList<>(List.of("ip", "-n", namespace));
        all.addAll(List.of(command));
        return Command.expect(all);
    }

    /** Whether the node has its interface now. */
    public boolean hasDevice() {
        return Command.run("ip", "-n", namespace, "link", "show", device).exitCode() == 0;
    }

    /** Starts a process that runs until the test ends. */
    public Process start(String... command) {
        try {
            Process process = Command.start(TestNetwork.inNamespace(namespace, command), Path.of("/dev/null"));
            net.killAtEnd(process);
            return process;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Sends three pings, none of which may be lost. Each is a separate command: after its first reply, ping waits for others only for two round-trip times. */
    public void ping(String address, String... options) {
        for (int i = 0; i < 3; i++) {
            List<String> command = new ArrayList<>(List.of("ping", "-n", "-c", "1", "-W", "20"));
            command.addAll(List.of(options));
            command.add(address);
            CommandResult ping = tryExec(Duration.ofSeconds(60), command.toArray(String[]::new));
            assertEquals(0, ping.exitCode(), () -> name + " pings " + address + ":\n" + ping.output() + net.counters());
        }
    }

    /** Repeats a ping until there is a reply. */
    public void pingWithin(Duration limit, String address) {
        Await.within(
                limit,
                () -> name + " reaches " + address,
                () -> tryExec(Duration.ofSeconds(30), "ping", "-n", "-c", "1", "-W", "1", address)
                                .exitCode()
                        == 0);
    }

    /** Opens a raw socket on this node's TAP. It is closed when the test ends. */
    public RawSocket raw() {
        RawSocket socket = callInNamespace(() -> RawSocket.on(device));
        net.closeAtEnd(socket);
        return socket;
    }

    /** Runs {@code work} on a thread in the node's namespace; sockets that it creates belong to that namespace. */
    public <T> T callInNamespace(Callable<T> work) {
        return NamespaceThread.call("/run/netns/" + namespace, work);
    }
}
