package dev.tapswitch.control.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.ChannelHandlerContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sends requests over a Unix socket to a handler that responds to some at once and to others later, on other threads. */
@Timeout(60)
class RequestHandlerTest {
    private static final Pattern BODY = Pattern.compile("response to (/[^\\s\"]*)");
    private static final int PART_LENGTH = 8_000;

    @TempDir
    private Path directory;

    private final ScheduledExecutorService others = Executors.newScheduledThreadPool(4);
    private final AtomicLong partsProduced = new AtomicLong();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger handled = new AtomicInteger();
    private UnixServer server;
    private Path socket;

    @BeforeEach
    void listen() throws IOException {
        socket = directory.resolve("test.sock");
        server = UnixServer.start(socket, "test", 0, TestHandler::new);
    }

    @AfterEach
    void stop() {
        server.close();
        others.shutdownNow();
    }

    private final class TestHandler extends RequestHandler {
        private final Random random = new Random(1);

        @Override
        public void handlerAdded(ChannelHandlerContext context) {
            connections.incrementAndGet();
            super.handlerAdded(context);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            connections.decrementAndGet();
            super.channelInactive(context);
        }

        @Override
        protected void handle(Exchange exchange) {
            handled.incrementAndGet();
            String text = "response to " + exchange.uri();
            if (!exchange.problem().isEmpty()) exchange.respond(exchange.isTooLong() ? 413 : 400, "text/plain", text);
            else if (exchange.uri().equals("/endless")) exchange.stream("text/plain", this::endless, others);
            else if (exchange.uri().startsWith("/parts")) exchange.stream("text/plain", parts(text), others);
            else if (random.nextBoolean()) exchange.respond(200, "text/plain", text);
            else later(() -> exchange.respond(200, "text/plain", text));
        }

        private void later(Runnable task) {
            var _ = others.schedule(task, random.nextInt(3_000), TimeUnit.MICROSECONDS);
        }

        private boolean endless(StringBuilder text) {
            text.repeat('x', PART_LENGTH);
            partsProduced.incrementAndGet();
            return true;
        }

        /** Splits a body into parts of one character, with an empty part between two of them. */
        private Parts parts(String body) {
            AtomicInteger at = new AtomicInteger();
            return text -> {
                int part = at.getAndIncrement();
                if (part % 2 == 0) text.append(body, part / 2, part / 2 + 1);
                return part / 2 + 1 < body.length();
            };
        }
    }

    @Test
    void responsesToTwoHundredPipelinedRequestsAreInRequestOrder() throws IOException {
        List<String> paths = paths(200);
        for (int round = 0; round < 10; round++) {
            String requests = String.join("", paths.stream().map(this::get).toList());
            assertEquals(
                    paths,
                    responses(requests + get("/last", "Connection: close")).subList(0, 200));
        }
    }

    @Test
    void aClientThatHasShutDownItsOutputGetsAllResponses() throws IOException {
        List<String> paths = paths(200);
        try (SocketChannel client = connect()) {
            write(client, String.join("", paths.stream().map(this::get).toList()));
            client.shutdownOutput();
            assertEquals(paths, bodies(readToTheEnd(client)));
        }
    }

    @Test
    void aClosedConnectionIsDetectedWhateverTheClientHasSent() throws IOException, InterruptedException {
        for (String sent : List.of("", "GET / HT", get("/1"), get("/1").repeat(300), get("/endless"))) {
            try (SocketChannel client = connect()) {
                write(client, sent);
                while (connections.get() == 0) Thread.sleep(1);
            }
            for (int i = 0; connections.get() > 0; i++) {
                assertTrue(i < 1_000, () -> "the connection is still open after " + sent.length() + " bytes");
                Thread.sleep(10);
            }
        }
    }

    @Test
    void requestsThatDoNotFitInOneReadGetTheirResponses() throws IOException {
        List<String> paths = paths(1_000);
        try (SocketChannel client = connect()) {
            Thread writing = Thread.ofPlatform().start(() -> {
                try {
                    write(client, String.join("", paths.stream().map(this::get).toList()));
                    client.shutdownOutput();
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            assertEquals(paths, bodies(readToTheEnd(client)));
            join(writing);
        }
    }

    @Test
    void theServerStopsReadingFromAClientThatReadsNoResponses() throws IOException, InterruptedException {
        try (SocketChannel client = connect()) {
            client.configureBlocking(false);
            ByteBuffer requests =
                    ByteBuffer.wrap(get("/" + "x".repeat(3_000)).repeat(1_000).getBytes(StandardCharsets.US_ASCII));
            for (int quiet = 0; quiet < 50; quiet++) {
                if (client.write(requests) > 0) quiet = 0;
                Thread.sleep(10);
            }
            assertTrue(requests.hasRemaining(), "the server has read 3 MB of requests");
            int handledSoFar = handled.get();
            assertTrue(
                    handledSoFar < 400,
                    () -> handledSoFar + " responses of 3 KB were created although the client reads none");
        }
    }

    @Test
    void aBodyThatIsTooLongIsRefusedInOrderAndSkipped() throws IOException {
        String tooLong = "POST /long HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n" + "x".repeat(2_000_000);
        String response = all(get("/1") + tooLong + get("/2") + get("/3", "Connection: close"));
        assertEquals(List.of("/1", "/long", "/2", "/3"), bodies(response));
        assertTrue(response.contains("HTTP/1.1 413 "), response);
        String expecting =
                "POST /expecting HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2000000\r\n\r\n";
        assertEquals(
                List.of("/1", "/expecting", "/2"), responses(get("/1") + expecting + get("/2", "Connection: close")));
    }

    @Test
    void bytesThatAreNotHttpAreRefusedInOrderAndEndTheConnection() throws IOException {
        String response = all(get("/1") + get("/2") + "nonsense\r\n\r\n" + get("/3"));
        assertEquals(List.of("/1", "/2"), bodies(response).subList(0, 2));
        assertTrue(response.contains("HTTP/1.1 400 "), response);
        assertTrue(!response.contains("response to /3"), response);
    }

    @Test
    void partsArriveInOrderAsChunksBeforeTheNextResponse() throws IOException {
        String response = all(get("/1") + get("/parts") + get("/2", "Connection: close"));
        String unchunked = response.replaceAll("\r\n[0-9a-f]+\r\n", "").replaceAll("\r\n0\r\n", "\r\n");
        assertTrue(response.contains("transfer-encoding: chunked"), response);
        assertEquals(List.of("/1", "/parts", "/2"), bodies(unchunked.replace("HTTP", "\nHTTP")), response);
    }

    @Test
    void anHttp10ResponseInPartsEndsWithTheConnection() throws IOException {
        String response = all("GET /parts HTTP/1.0\r\n\r\n");
        assertTrue(response.endsWith("\r\n\r\nresponse to /parts"), response);
    }

    @Test
    void onlyAFewPartsAreProducedForAClientThatDoesNotRead() throws IOException, InterruptedException {
        int count = 50;
        List<SocketChannel> clients = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                clients.add(connect());
                write(clients.getLast(), get("/endless"));
            }
            long produced = settled();
            assertTrue(produced >= count, () -> produced + " parts");
            // The kernel buffers about 200 KB for each connection.
            assertTrue(
                    produced < count * 60L,
                    () -> produced + " parts of 8 KB were produced for " + count + " clients that read nothing");
            for (SocketChannel client : clients) client.read(ByteBuffer.allocate(400_000));
            long more = settled();
            assertTrue(more > produced, "a client that reads gets more parts");
        } finally {
            for (SocketChannel client : clients) client.close();
        }
        long ended = settled();
        Thread.sleep(100);
        assertEquals(ended, partsProduced.get(), "no part is produced for a client that has disconnected");
    }

    /** Waits until no part has been produced for 400 ms. Returns the number of parts. */
    private long settled() throws InterruptedException {
        long before = -1;
        for (int quiet = 0; quiet < 20; quiet++) {
            long now = partsProduced.get();
            if (now != before) quiet = 0;
            before = now;
            Thread.sleep(20);
        }
        return before;
    }

    private static List<String> paths(int count) {
        return IntStream.range(0, count).mapToObj(i -> "/" + i).toList();
    }

    private String get(String path, String... headers) {
        return "GET " + path + " HTTP/1.1\r\nHost: x\r\n" + String.join("", headers)
                + (headers.length == 0 ? "" : "\r\n") + "\r\n";
    }

    private List<String> responses(String requests) throws IOException {
        return bodies(all(requests));
    }

    private String all(String requests) throws IOException {
        try (SocketChannel client = connect()) {
            Thread writing = Thread.ofPlatform().start(() -> {
                try {
                    write(client, requests);
                } catch (IOException e) {
                    // The server has closed the connection, which some tests expect.
                }
            });
            String response = readToTheEnd(client);
            join(writing);
            return response;
        }
    }

    private static List<String> bodies(String response) {
        return BODY.matcher(response).results().map(found -> found.group(1)).toList();
    }

    private SocketChannel connect() throws IOException {
        SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX);
        client.connect(UnixDomainSocketAddress.of(socket));
        return client;
    }

    private static void write(SocketChannel client, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
        while (bytes.hasRemaining()) client.write(bytes);
    }

    private static String readToTheEnd(SocketChannel client) throws IOException {
        var all = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(65_536);
        while (client.read(buffer.clear()) >= 0) all.write(buffer.array(), 0, buffer.position());
        return all.toString(StandardCharsets.UTF_8);
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
