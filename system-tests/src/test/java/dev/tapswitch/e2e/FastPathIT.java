package dev.tapswitch.e2e;

import static dev.tapswitch.e2e.testbed.FastPathSupport.vethNode;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tapswitch.control.json.Json;
import dev.tapswitch.e2e.testbed.ApiClient;
import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.BackgroundLoop;
import dev.tapswitch.e2e.testbed.Command;
import dev.tapswitch.e2e.testbed.CommandResult;
import dev.tapswitch.e2e.testbed.Frames;
import dev.tapswitch.e2e.testbed.Io;
import dev.tapswitch.e2e.testbed.Node;
import dev.tapswitch.e2e.testbed.RawSocket;
import dev.tapswitch.e2e.testbed.RunningDaemon;
import dev.tapswitch.e2e.testbed.TestNetwork;
import dev.tapswitch.linux.netlink.NamespaceLinks;
import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.sys.DeviceException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Ports of kind veth: what the kernel forwards, what it must leave to the daemon, and that both agree. */
@Timeout(400)
class FastPathIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final String LAN = "/v1/switches/lan";

    private static Json share(RunningDaemon daemon, Node node) {
        for (Json port : daemon.api().get("/v1/fast-path").required("port-list")) {
            if (port.required("port").asString().equals(node.name())) return port;
        }
        throw new AssertionError(node.name() + " has no fast path");
    }

    private static void patch(RunningDaemon daemon, String path, String body) {
        ApiClient.Response changed = daemon.api().send("PATCH", path, body);
        assertEquals(200, changed.status(), changed::toString);
    }

    private static long fast(RunningDaemon daemon, Node node) {
        return share(daemon, node).required("fast-rx-frames").asLong();
    }

    private static long slow(RunningDaemon daemon, Node node) {
        return share(daemon, node).required("slow-rx-frames").asLong();
    }

    private static void awaitStations(RunningDaemon daemon, Node... nodes) {
        for (Node node : nodes) {
            Await.within(
                    TIMEOUT,
                    () -> node.name() + " is a fast station: " + share(daemon, node),
                    () -> share(daemon, node).required("stations").asInt() == 1);
        }
    }

    /** Adds permanent neighbour entries. ARP takes the slow path, and would otherwise be counted among the frames of the worker. */
    private static void fixNeighbours(Node... nodes) {
        for (Node from : nodes) {
            for (Node to : nodes) {
                if (from == to) continue;
                String address = "198.18.0." + (to.name().charAt(0) - 'a' + 1);
                from.ip("neigh", "replace", address, "lladdr", to.mac(), "dev", "eth0", "nud", "permanent");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    void allNodesReachAllOthers(Io io) {
        try (var net = new TestNetwork()) {
            Node a = net.node("a", "198.18.0.1/24", "fd00:7a::1/64").with("kind: veth");
            Node b = net.node("b", "198.18.0.2/24", "fd00:7a::2/64").with("kind: veth");
            Node c = net.node("c", "198.18.0.3/24", "fd00:7a::3/64");
            RunningDaemon daemon = net.start(io);
            a.ping("198.18.0.2");
            b.ping("198.18.0.3");
            c.ping("198.18.0.1");
            a.pingWithin(TIMEOUT, "fd00:7a::2");
            c.pingWithin(TIMEOUT, "fd00:7a::1");
            assertEquals("a", daemon.portOf(a.mac()));
            assertEquals(b.mac(), daemon.macOf("198.18.0.2"));
            assertEquals("veth", daemon.port("a").required("device-kind").asString());
            assertEquals("tap", daemon.port("c").required("device-kind").asString());
        }
    }

    @Test
    void knownTrafficPassesNoWorkerAndIsCounted() {
        assumeTrue(Command.exists("iperf3"), "needs iperf3");
        try (var net = new TestNetwork()) {
            Node a = vethNode(net, 1);
            Node b = vethNode(net, 2);
            RunningDaemon daemon = net.start(Io.EPOLL);
            a.ping("198.18.0.2");
            awaitStations(daemon, a, b);
            fixNeighbours(a, b);
            b.start("iperf3", "-s");
            Await.within(
                    TIMEOUT, () -> "iperf3 listens", () -> b.exec("ss", "-tln").contains(":5201"));
            long slowBefore = slow(daemon, a) + slow(daemon, b);
            long sentBefore = daemon.count("a", "rx-bytes");
            String result = a.exec("iperf3", "-c", "198.18.0.2", "-t", "2", "-J");
            long bytes = Json.parse(result)
                    .required("end")
                    .required("sum_received")
                    .required("bytes")
                    .asLong();
            assertTrue(bytes > 1_000_000, result);
            assertEquals(slowBefore, slow(daemon, a) + slow(daemon, b), "frames that a worker handled");
            assertTrue(fast(daemon, a) > 100, () -> share(daemon, a).toString());
            long counted = daemon.count("a", "rx-bytes") - sentBefore;
            assertTrue(counted >= bytes, () -> counted + " bytes counted of " + bytes);
            assertTrue(daemon.count("b", "tx-bytes") >= bytes, () -> net.counters());
        }
    }

    private static void run(RunningDaemon daemon, String... command) {
        CommandResult ran = daemon.cli(command);
        assertEquals(0, ran.exitCode(), ran.output());
    }

    private static int superFrames(Node node) throws DeviceException {
        return NamespaceLinks.call(new Namespace.Named(node.namespace()), links -> links.find(node.device()))
                .orElseThrow()
                .superFrames();
    }

    @Test
    void superFramesAreLargeWhileTheKernelForwardsForAllPorts() throws DeviceException {
        try (var net = new TestNetwork()) {
            Node a = vethNode(net, 1);
            Node b = vethNode(net, 2).with("super-frames: 64k");
            RunningDaemon daemon = net.start(Io.EPOLL);
            assumeTrue(superFrames(a) > 0, "needs Linux 6.3");
            assertEquals(262_144, superFrames(a));
            assertEquals(65_536, superFrames(b));
            Node c = net.quietNode("c", "198.18.0.3/24");
            run(daemon, "port", "add", "lan", "c", "--namespace", c.namespace(), "--device", "eth0");
            assertEquals(65_536, superFrames(a), "the switch also has a TAP");
            run(daemon, "port", "delete", "lan", "c");
            assertEquals(262_144, superFrames(a));
            run(daemon, "port", "set", "lan", "b", "--no-offload");
            assertEquals(65_536, superFrames(a), "the switch also has a port without offload");
            run(daemon, "port", "set", "lan", "a", "--super-frames", "256k");
            assertEquals(262_144, superFrames(a));
        }
    }

    @Test
    void aStationWhoseFramesAreFastDoesNotAge() {
        try (var net = new TestNetwork()) {
            Node a = vethNode(net, 1);
            Node b = vethNode(net, 2);
            Node c = vethNode(net, 3);
            RunningDaemon daemon = net.start(Io.EPOLL, "ageing: 3s");
            a.ping("198.18.0.2");
            c.ping("198.18.0.2");
            awaitStations(daemon, a, b);
            fixNeighbours(a, b, c);
            long slowBefore = slow(daemon, a) + slow(daemon, b);
            a.exec("ping", "-q", "-n", "-c", "80", "-i", "0.1", "198.18.0.2");
            assertEquals("a", daemon.portOf(a.mac()));
            assertEquals(slowBefore, slow(daemon, a) + slow(daemon, b), "frames that a worker handled");
            assertEquals("", daemon.portOf(c.mac()), "a silent station ages");
            Await.within(
                    TIMEOUT,
                    () -> "silent stations leave the kernel: " + share(daemon, a),
                    () -> share(daemon, a).required("stations").asInt() == 0);
        }
    }

    @Test
    void aMacThatMovesTakesItsTrafficWithIt() {
        try (var net = new TestNetwork()) {
            Node a = vethNode(net, 1);
            Node b = vethNode(net, 2);
            Node c = vethNode(net, 3);
            RunningDaemon daemon = net.start(Io.EPOLL);
            a.ping("198.18.0.2");
            awaitStations(daemon, a, b);
            fixNeighbours(a, b);
            b.ip("addr", "flush", "dev", "eth0");
            b.ip("link", "set", "eth0", "address", "02:00:00:00:77:77");
            c.ip("addr", "add", "198.18.0.2/24", "dev", "eth0");
            c.ip("link", "set", "eth0", "address", b.mac());
            c.ip("neigh", "replace", "198.18.0.1", "lladdr", a.mac(), "dev", "eth0", "nud", "permanent");
            c.ping("198.18.0.1");
            assertEquals("c", daemon.portOf(b.mac()));
            awaitStations(daemon, a, c);
            long before = fast(daemon, a);
            a.ping("198.18.0.2");
            assertEquals(before + 3, fast(daemon, a));
            assertEquals(0, share(daemon, b).required("stations").asInt());
        }
    }

    @Test
    void aFlushAndARemovedEntrySendTheNextFramesToTheDaemon() {
        try (var net = new TestNetwork()) {
            Node a = vethNode(net, 1);
            Node b = vethNode(net, 2);
            RunningDaemon daemon = net.start(Io.EPOLL);
            a.ping("198.18.0.2");
            awaitStations(daemon, a, b);
            fixNeighbours(a, b);
            daemon.api().delete(LAN + "/macs");
            assertEquals(0, share(daemon, a).required("stations").asInt());
            assertEquals(0, share(daemon, b).required("stations").asInt());
            long slowBefore = slow(daemon, a);
            a.ping("198.18.0.2");
            assertTrue(slow(daemon, a) > slowBefore);
            awaitStations(daemon, a, b);
            long fastBefore = fast(daemon, a);
            a.ping("198.18.0.2");
            assertEquals(fastBefore + 3, fast(daemon, a));
        }
    }

    @Test
    void isolationHoldsAndTakesEffectOnTrafficThatIsFastAlready() {
        try (var net = new TestNetwork()) {
            Node a = vethNode(net, 1);
            Node b = vethNode(net, 2);
            Node c = vethNode(net, 3);
            RunningDaemon daemon = net.start(Io.EPOLL);
            a.ping("198.18.0.2");
            c.ping("198.18.0.2");
            awaitStations(daemon, a, b, c);
            fixNeighbours(a, b, c);
            for (Node node : new Node[] {a, b}) patch(daemon, LAN + "/ports/" + node.name(), "{\"isolated\": true}");
            CommandResult cut = a.tryExec(TIMEOUT, "ping", "-n", "-c", "2", "-W", "1", "198.18.0.2");
            assertNotEquals(0, cut.exitCode(), cut.output());
            assertEquals(2, daemon.drops("a", "isolated"));
            long before = fast(daemon, c);
            c.ping("198.18.0.2");
            assertEquals(before + 3, fast(daemon, c));
        }
    }

    @Test
    void aTraceShowsFramesThatWereFastAndEnds() {
        try (var net = new TestNetwork()) {
            Node a = vethNode(net, 1);
            Node b = vethNode(net, 2);
            RunningDaemon daemon = net.start(Io.EPOLL);
            a.ping("198.18.0.2");
            awaitStations(daemon, a, b);
            fixNeighbours(a, b);
            try (var _ = new BackgroundLoop("pings", () -> a.ping("198.18.0.2"))) {
                CommandResult trace = daemon.cli("trace", "lan", "--port", "a", "--seconds", "20", "--max", "3");
                assertTrue(trace.output().contains("note: all frames of the traced veth ports"), trace.output());
                assertTrue(trace.output().contains("a -> b"), trace.output());
            }
            Await.within(
                    TIMEOUT,
                    () -> "the trace has ended: " + share(daemon, a),
                    () -> !share(daemon, a).has("why-slow"));
            long before = fast(daemon, a);
            a.ping("198.18.0.2");
            assertEquals(before + 3, fast(daemon, a));
        }
    }

    @Test
    void aForgedSourceIsTreatedAsOnATap() {
        try (var net = new TestNetwork()) {
            Node a = vethNode(net, 1);
            Node b = vethNode(net, 2).with("bind-mac: true");
            Node c = vethNode(net, 3);
            RunningDaemon daemon = net.start(Io.EPOLL);
            a.ping("198.18.0.2");
            awaitStations(daemon, a, b);
            RawSocket forger = c.raw();
            forger.send(Frames.datagram(a.mac(), b.mac(), "198.18.0.2", "198.18.0.1", 9, "forged"));
            Await.within(TIMEOUT, () -> net.counters(), () -> daemon.drops("c", "static-elsewhere") == 1);
            assertEquals("b", daemon.portOf(b.mac()));
            assertEquals(0, fast(daemon, c));
        }
    }

    @Test
    void framesLargerThanTheLeavingPortsMtuAreDroppedAndCounted() {
        try (var net = new TestNetwork()) {
            Node a = vethNode(net, 1).with("mtu: 9000");
            Node b = vethNode(net, 2).with("mtu: 9000");
            RunningDaemon daemon = net.start(Io.EPOLL);
            a.ping("198.18.0.2", "-M", "do", "-s", "8972");
            awaitStations(daemon, a, b);
            patch(daemon, LAN + "/ports/b", "{\"mtu\": 1500}");
            CommandResult tooBig =
                    a.tryExec(TIMEOUT, "ping", "-n", "-c", "2", "-W", "1", "-M", "do", "-s", "8972", "198.18.0.2");
            assertNotEquals(0, tooBig.exitCode());
            assertEquals(2, daemon.drops("b", "too-big"), net::counters);
            a.ping("198.18.0.2", "-M", "do", "-s", "1472");
        }
    }

    @Test
    void aPortThatGoesDownOrIsRemovedIsCutOffAndOthersAreNot() {
        try (var net = new TestNetwork()) {
            Node a = vethNode(net, 1);
            Node b = vethNode(net, 2);
            Node c = vethNode(net, 3);
            RunningDaemon daemon = net.start(Io.EPOLL);
            a.ping("198.18.0.2");
            c.ping("198.18.0.1");
            awaitStations(daemon, a, b, c);
            b.ip("link", "set", "eth0", "down");
            daemon.awaitPortState("b", TIMEOUT, "down");
            assertEquals(
                    "the port is down", share(daemon, b).required("why-slow").asString());
            b.ip("link", "set", "eth0", "up");
            daemon.awaitPortState("b", TIMEOUT, "up");
            a.pingWithin(TIMEOUT, "198.18.0.2");
            awaitStations(daemon, a, b);
            daemon.api().delete(LAN + "/ports/b");
            assertFalse(b.hasDevice());
            a.ping("198.18.0.3");
            assertEquals(2, daemon.api().get("/v1/fast-path").required("ports").asInt());
        }
    }

    @Test
    void nothingIsLeftAfterTheDaemonStops() {
        try (var net = new TestNetwork()) {
            Node a = vethNode(net, 1);
            Node b = vethNode(net, 2);
            RunningDaemon daemon = net.start(Io.EPOLL);
            a.ping("198.18.0.2");
            daemon.stop();
            for (Node node : new Node[] {a, b}) assertFalse(node.hasDevice());
            net.restart().awaitPortsUp(2);
            a.pingWithin(TIMEOUT, "198.18.0.2");
        }
    }

    @Test
    void theCommandShowsPortsAndPrograms() {
        try (var net = new TestNetwork()) {
            Node a = vethNode(net, 1);
            vethNode(net, 2);
            RunningDaemon daemon = net.start(Io.EPOLL);
            a.ping("198.18.0.2");
            CommandResult shown = daemon.cli("fast-path", "show", "--programs");
            assertEquals(0, shown.exitCode(), shown.output());
            assertTrue(shown.output().contains("from_container:"), shown.output());
            assertTrue(shown.output().contains("lan"), shown.output());
            assertTrue(
                    daemon.cli("status").output().contains("fast path 2 ports"),
                    () -> daemon.cli("status").output());
        }
    }
}
