package dev.tapswitch.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.e2e.testbed.ApiClient;
import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.Command;
import dev.tapswitch.e2e.testbed.CommandResult;
import dev.tapswitch.e2e.testbed.Io;
import dev.tapswitch.e2e.testbed.Node;
import dev.tapswitch.e2e.testbed.RawSocket;
import dev.tapswitch.e2e.testbed.RunningDaemon;
import dev.tapswitch.e2e.testbed.TestNetwork;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The control API with clients that request large listings and read slowly or not at all. The daemon has the heap that the package configures. */
@Timeout(400)
class ApiIT {
    private static final int MACS = Integer.getInteger("tapswitch.test.macs", 150_000);
    private static final int SLOW_READERS = 8;
    private static final int NON_READERS = 100;
    private static final String LISTING = "/v1/switches/lan/macs";

    @Test
    void listingsOfALargeTableTakeBoundedMemoryAlsoForSlowClients() throws Exception {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a", "198.18.0.1/24");
            List<Node> nodes = List.of(a, net.quietNode("b", "198.18.0.2/24"), net.quietNode("c"), net.quietNode("d"));
            RunningDaemon daemon = net.start(Io.EPOLL, "mac-capacity: 1000000");
            fill(daemon, nodes);
            List<SocketChannel> nonReaders = new ArrayList<>();
            try (ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < NON_READERS; i++) nonReaders.add(send(daemon, get(LISTING, "close")));
                List<Future<Long>> listings = new ArrayList<>();
                for (int i = 0; i < SLOW_READERS; i++) listings.add(readers.submit(() -> entriesReadSlowly(daemon)));
                a.ping("198.18.0.2");
                assertEquals(200, daemon.api().send("GET", "/v1/status", "").status());
                for (Future<Long> listing : listings) assertTrue(listing.get() >= MACS, () -> describe(listing));
            } finally {
                for (SocketChannel reader : nonReaders) reader.close();
            }
            assertTrue(daemon.isAlive(), daemon::log);
            assertTheCommandListsAllEntries(daemon);
        }
    }

    /** Runs the listing commands with the heap that the launcher configures for commands. */
    private static void assertTheCommandListsAllEntries(RunningDaemon daemon) {
        assertTrue(command(daemon, "mac", "list").lines().count() > MACS);
        assertTrue(command(daemon, "showmacs").lines().count() > MACS);
        assertTrue(command(daemon, "mac", "list", "--json")
                        .lines()
                        .filter(line -> line.contains("\"mac\": "))
                        .count()
                >= MACS);
        assertTrue(command(daemon, "mac", "list", "--port", "a").lines().count() > MACS / 4);
    }

    private static String command(RunningDaemon daemon, String... words) {
        List<String> all = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xms16m",
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                Path.of("..", "cli", "target", "tapswitch.jar")
                        .toAbsolutePath()
                        .normalize()
                        .toString()));
        all.addAll(List.of(words));
        all.addAll(List.of("--socket", daemon.api().socket().toString()));
        CommandResult result = Command.run(Duration.ofSeconds(100), all);
        assertEquals(
                0,
                result.exitCode(),
                () -> result.output()
                        .substring(0, Math.min(2_000, result.output().length())));
        return result.output();
    }

    /** Each node sends from its share of the MACs to its own port, so that nothing is flooded. This is repeated, because queues overflow. */
    private static void fill(RunningDaemon daemon, List<Node> nodes) {
        List<RawSocket> sockets = nodes.stream().map(Node::raw).toList();
        byte[] frame = new byte[60];
        frame[12] = (byte) 0x88;
        frame[13] = (byte) 0xB5; // IEEE 802, local experimental ethertype 1
        long end = System.nanoTime() + Duration.ofSeconds(150).toNanos();
        while (macs(daemon) < MACS) {
            assertTrue(System.nanoTime() < end, () -> macs(daemon) + " MACs are learned, not " + MACS);
            for (int from = 0; from < MACS; from++) {
                int node = from % nodes.size();
                ByteBuffer.wrap(frame).putShort(0, (short) 0x0200).putInt(2, node);
                ByteBuffer.wrap(frame).putShort(6, (short) 0x0200).putInt(8, from);
                sockets.get(node).send(frame);
                if (from % 512 == 0) Await.pause(Duration.ofMillis(2));
            }
        }
    }

    private static int macs(RunningDaemon daemon) {
        return daemon.api().get("/v1/switches").path(0).required("macs").asInt();
    }

    /** Reads a listing with pauses, and counts its entries. */
    private static long entriesReadSlowly(RunningDaemon daemon) throws IOException, InterruptedException {
        long entries = 0;
        try (SocketChannel channel = send(daemon, get(LISTING, "close"))) {
            ByteBuffer buffer = ByteBuffer.allocate(1 << 20);
            for (int reads = 0; channel.read(buffer.clear()) >= 0; reads++) {
                // Each entry has one opening brace.
                for (int i = 0; i < buffer.position(); i++) if (buffer.get(i) == '{') entries++;
                if (reads < 10) Thread.sleep(200);
            }
        }
        return entries;
    }

    private static String describe(Future<Long> listing) {
        try {
            return listing.get() + " entries";
        } catch (InterruptedException | ExecutionException e) {
            return e.toString();
        }
    }

    @Test
    void responsesToTwoHundredPipelinedRequestsAreInTheirOrder() throws IOException {
        try (var net = new TestNetwork()) {
            net.quietNode("a");
            RunningDaemon daemon = net.start(Io.EPOLL);
            // There are three kinds of responses: from the event loop, from the control thread, in chunks.
            List<String> kinds = List.of("/nothing/%d", "/v1/switches/none/ports/%d", LISTING + "?port=none%d");
            List<String> paths = IntStream.range(0, 200)
                    .mapToObj(i -> kinds.get(i % 3).formatted(i))
                    .toList();
            StringBuilder requests = new StringBuilder();
            paths.forEach(path -> requests.append(get(path, "keep-alive")));
            for (int round = 0; round < 5; round++) {
                String responses;
                try (SocketChannel channel = send(daemon, requests.toString())) {
                    channel.shutdownOutput();
                    responses = readToTheEnd(channel);
                }
                var found = Pattern.compile("(?:no resource /nothing/|switch none|no port none)([0-9]*)")
                        .matcher(responses);
                List<String> seen =
                        found.results().map(result -> result.group(1)).toList();
                List<String> expected = IntStream.range(0, 200)
                        .mapToObj(i -> i % 3 == 1 ? "" : Integer.toString(i))
                        .toList();
                assertEquals(expected, seen);
            }
        }
    }

    @Test
    void tablesThatDoNotFitIntoTheHeapAreRefusedAndTheDaemonGoesOn() {
        try (var net = new TestNetwork()) {
            net.quietNode("a");
            RunningDaemon daemon = net.start(Io.EPOLL);
            ApiClient.Response refused =
                    daemon.api().send("POST", "/v1/switches", "{\"name\":\"huge\",\"mac-capacity\":16777216}");
            assertEquals(400, refused.status(), refused::toString);
            String error = refused.json().required("error").asString();
            assertTrue(error.startsWith("switch huge: tables for 16777216 MACs and "), error);
            assertEquals(404, daemon.api().send("GET", "/v1/switches/huge", "").status());
            assertTrue(daemon.isAlive(), daemon::log);
        }
    }

    private static String get(String path, String connection) {
        return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: " + connection + "\r\n\r\n";
    }

    private static SocketChannel send(RunningDaemon daemon, String requests) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(daemon.api().socket()));
        channel.write(ByteBuffer.wrap(requests.getBytes(StandardCharsets.US_ASCII)));
        return channel;
    }

    private static String readToTheEnd(SocketChannel channel) throws IOException {
        var all = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(65_536);
        while (channel.read(buffer.clear()) >= 0) all.write(buffer.array(), 0, buffer.position());
        return all.toString(StandardCharsets.UTF_8);
    }
}
