package dev.tapswitch.e2e.equivalence;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tapswitch.control.json.Json;
import dev.tapswitch.e2e.testbed.Io;
import dev.tapswitch.e2e.testbed.Node;
import dev.tapswitch.e2e.testbed.RawSocket;
import dev.tapswitch.e2e.testbed.RunningDaemon;
import dev.tapswitch.e2e.testbed.TestNetwork;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** One of two equal networks: a switch with ports of one kind, and what its nodes have received. */
final class Side implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final String LAN = "/v1/switches/lan";

    private final String kind;
    private final TestNetwork net = new TestNetwork();
    private final List<Node> nodes = new ArrayList<>();
    private final List<RawSocket> sockets = new ArrayList<>();
    private RunningDaemon daemon;
    /** The received frames by node and flow, in the order of arrival. */
    private final Map<String, List<String>> received = new TreeMap<>();

    Side(String kind) {
        this.kind = kind;
    }

    /** {@code portLines}: a line of settings for each port, "" for none. */
    void start(List<String> portLines, String... switchLines) {
        for (String line : portLines) {
            Node node = net.quietNode(String.valueOf((char) ('a' + nodes.size())));
            nodes.add(node.with("kind: " + kind));
            if (!line.isEmpty()) node.with(line);
        }
        daemon = net.start(Io.EPOLL, switchLines);
        for (Node node : nodes) sockets.add(node.raw());
    }

    RunningDaemon daemon() {
        return daemon;
    }

    String name(int node) {
        return nodes.get(node).name();
    }

    String mac(int node) {
        return nodes.get(node).mac();
    }

    void send(int node, List<byte[]> frames) {
        frames.forEach(sockets.get(node)::send);
    }

    /** Returns the status of the response. */
    int request(String method, String path, String body) {
        return daemon.api().send(method, LAN + path, body).status();
    }

    void setLink(int node, String... settings) {
        List<String> command = new ArrayList<>(List.of("link", "set", "eth0"));
        command.addAll(List.of(settings));
        nodes.get(node).ip(command.toArray(String[]::new));
        // After its device went down, a socket has a pending error. This call receives it instead of a later one.
        receiveMore(node);
    }

    void awaitPortState(int node, String state) {
        daemon.awaitPortState(name(node), TIMEOUT, state);
    }

    /** Reads what the node has received before the marker. */
    void receiveUntil(byte[] marker, int node) {
        int found = sockets.get(node)
                .receive(frame -> !record(node, frame) || Arrays.equals(frame, marker), 1, TIMEOUT)
                .size();
        assertEquals(
                1,
                found,
                () -> kind + ": the marker does not arrive at " + name(node) + "\n" + net.counters() + daemon.log());
    }

    /** Reads what all nodes have received meanwhile. */
    void receiveMore() {
        for (int node = 0; node < nodes.size(); node++) receiveMore(node);
    }

    private void receiveMore(int node) {
        sockets.get(node).receive(frame -> !record(node, frame), 1, Duration.ofMillis(20));
    }

    /** Records a frame, and returns true for use in a predicate. */
    private boolean record(int node, byte[] frame) {
        received.computeIfAbsent(name(node) + " " + Flow.of(frame), _ -> new ArrayList<>())
                .add(Flow.HEX.formatHex(frame));
        return true;
    }

    /** What all nodes have received: a line per flow, with the frames in any order. */
    List<String> received() {
        return received.entrySet().stream()
                .map(flow ->
                        flow.getKey() + "=" + flow.getValue().stream().sorted().toList())
                .toList();
    }

    /** What all nodes have received: a line per flow, with the frames in the order of arrival. */
    List<String> inOrder() {
        return received.entrySet().stream().map(Object::toString).toList();
    }

    void forgetReceived() {
        received.clear();
    }

    /** The state and the counters of all ports, without those that only one kind of port has or that depend on the machine's load. */
    List<String> counters() {
        List<String> lines = new ArrayList<>();
        for (Json port : daemon.api().get(LAN + "/stats").required("ports")) {
            String name = port.required("name").asString();
            add(lines, name + " ", port);
            add(lines, name + " dropped ", port.required("drops"));
        }
        return lines;
    }

    private static void add(List<String> lines, String prefix, Json counters) {
        for (Map.Entry<String, Json> counter : counters.properties()) {
            String name = counter.getKey();
            if (!name.startsWith("fast-") && !name.equals("slow-receiver") && !name.equals("drops"))
                lines.add(prefix + name + " " + counter.getValue());
        }
    }

    /** The MAC table and the neighbour table without ages. */
    List<String> tables() {
        Stream<Json> entries =
                Stream.concat(daemon.macs().valueStream(), daemon.neighbours().valueStream());
        return entries.map(Side::withoutAge).sorted().toList();
    }

    private static String withoutAge(Json entry) {
        entry.remove("age-seconds");
        return entry.toString();
    }

    /** The sum of a counter over all ports. */
    long total(String counter) {
        return daemon.api().get(LAN + "/stats").required("totals").path(counter).asLong(0);
    }

    @Override
    public void close() {
        net.close();
    }
}
