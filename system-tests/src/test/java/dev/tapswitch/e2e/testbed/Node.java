package dev.tapswitch.e2e.testbed;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** A node of the test's network: a namespace with a TAP of the switch in it. */
public final class Node {
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

    /** One more line of the port's configuration. */
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

    /** Its TAP's address: 02:00:00:00 and the node's number from 1. */
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
        lines.forEach(line -> yaml.append("        ").append(line).append('\n'));
        return yaml.toString();
    }

    public String exec(String... words) {
        return Command.expect(TestNetwork.inside(namespace, words));
    }

    public CommandResult tryExec(Duration limit, String... words) {
        return Command.run(limit, TestNetwork.inside(namespace, words));
    }

    /** {@code ip -n NAMESPACE ...}. */
    public String ip(String... words) {
        List<String> all = new ArrayList<>(List.of("ip", "-n", namespace));
        all.addAll(List.of(words));
        return Command.expect(all);
    }

    /** A server or a generator that goes on until the test ends. */
    public Process start(String... words) {
        try {
            Process process = Command.start(TestNetwork.inside(namespace, words), Path.of("/dev/null"));
            net.endLater(process);
            return process;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Three echoes, none lost. */
    public void ping(String address, String... options) {
        List<String> words = new ArrayList<>(List.of("ping", "-n", "-c", "3", "-i", "0.1", "-W", "20"));
        words.addAll(List.of(options));
        words.add(address);
        CommandResult ping = tryExec(Duration.ofSeconds(60), words.toArray(String[]::new));
        assertTrue(
                ping.exitCode() == 0 && ping.output().contains(" 0% packet loss"),
                () -> name + " pings " + address + ":\n" + ping.output() + net.counters());
    }

    /** Repeated until it works, for a path that comes back by itself. */
    public void pingWithin(Duration limit, String address) {
        Await.within(
                limit,
                () -> name + " reaches " + address,
                () -> tryExec(Duration.ofSeconds(30), "ping", "-n", "-c", "1", "-W", "1", address)
                                .exitCode()
                        == 0);
    }

    /** Frames as they are, to and from this node's TAP. */
    public RawSocket raw() {
        RawSocket socket = enter(() -> RawSocket.on(device));
        net.closeLater(socket);
        return socket;
    }

    /** Runs on a thread that has entered the node's namespace; sockets it makes stay there. */
    public <T> T enter(Callable<T> work) {
        return RawSocket.inNamespace("/run/netns/" + namespace, work);
    }
}
