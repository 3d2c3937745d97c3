package dev.tapswitch.e2e;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** A node of the test's network: a namespace with a TAP of the switch in it. */
final class Node {
    private final Net net;
    private final String name;
    private final String namespace;
    private final String device;
    private final int number;
    private final List<String> addresses;
    private final List<String> lines = new ArrayList<>();

    Node(Net net, String name, String namespace, String device, int number, List<String> addresses) {
        this.net = net;
        this.name = name;
        this.namespace = namespace;
        this.device = device;
        this.number = number;
        this.addresses = addresses;
    }

    /** One more line of the port's configuration. */
    Node with(String line) {
        lines.add(line);
        return this;
    }

    String name() {
        return name;
    }

    String namespace() {
        return namespace;
    }

    String device() {
        return device;
    }

    /** Its TAP's address: 02:00:00:00 and the node's number from 1. */
    String mac() {
        return "02:00:00:00:%02x:%02x".formatted(number >> 8, number & 0xff);
    }

    String yaml() {
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

    String exec(String... words) {
        return Command.expect(Net.inside(namespace, words));
    }

    Command tryExec(Duration limit, String... words) {
        return Command.run(limit, Net.inside(namespace, words));
    }

    /** {@code ip -n NAMESPACE ...}. */
    String ip(String... words) {
        List<String> all = new ArrayList<>(List.of("ip", "-n", namespace));
        all.addAll(List.of(words));
        return Command.expect(all);
    }

    /** A server or a generator that goes on until the test ends. */
    Process start(String... words) {
        try {
            Process process = Command.start(Net.inside(namespace, words), Path.of("/dev/null"));
            net.endLater(process);
            return process;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Three echoes, none lost. */
    void ping(String address, String... options) {
        List<String> words = new ArrayList<>(List.of("ping", "-n", "-c", "3", "-i", "0.1", "-W", "20"));
        words.addAll(List.of(options));
        words.add(address);
        Command ping = tryExec(Duration.ofSeconds(60), words.toArray(String[]::new));
        assertTrue(
                ping.exit() == 0 && ping.output().contains(" 0% packet loss"),
                () -> name + " pings " + address + ":\n" + ping.output() + net.counters());
    }

    /** Repeated until it works, for a path that comes back by itself. */
    void pingWithin(Duration limit, String address) {
        Await.within(
                limit,
                () -> name + " reaches " + address,
                () -> tryExec(Duration.ofSeconds(30), "ping", "-n", "-c", "1", "-W", "1", address)
                                .exit()
                        == 0);
    }

    /** Frames as they are, to and from this node's TAP. */
    RawSocket raw() {
        RawSocket socket = enter(() -> RawSocket.on(device));
        net.closeLater(socket);
        return socket;
    }

    /** Runs on a thread that has entered the node's namespace; sockets it makes stay there. */
    <T> T enter(Callable<T> work) {
        return RawSocket.inNamespace("/run/netns/" + namespace, work);
    }
}
