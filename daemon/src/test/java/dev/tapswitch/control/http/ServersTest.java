package dev.tapswitch.control.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Hands the socket and the connections of one {@link Servers} over to another in the same process. {@code HandoverIT} uses two processes. */
@Timeout(120)
class ServersTest {
    private static final int HANDOVERS = 50;
    private static final int CLIENTS = 4;

    @TempDir
    private Path directory;

    /** Stands in for the control thread. */
    private final ExecutorService control = Executors.newSingleThreadExecutor();

    private final List<Servers> started = new ArrayList<>();
    private final Set<String> handled = ConcurrentHashMap.newKeySet();

    @AfterEach
    void stop() {
        started.forEach(Servers::close);
        control.shutdownNow();
    }

    /** Responds with the server's name and the path, and records the paths that it has handled. */
    private final class Handler extends RequestHandler {
        private final String server;

        private Handler(String server) {
            this.server = server;
        }

        @Override
        protected void handle(Exchange exchange) {
            // The connection ended in the middle of a request.
            if (!exchange.problem().isEmpty()) return;
            control.execute(() -> {
                assertTrue(handled.add(exchange.uri()), () -> exchange.uri() + " is handled twice");
                exchange.respond(200, "text/plain", server + " " + exchange.uri());
            });
        }
    }

    /** A client with a connection that stays open. */
    private final class Client implements Closeable {
        private final SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        private final BufferedReader reader;

        private Client() throws IOException {
            channel.connect(UnixDomainSocketAddress.of(socket()));
            reader = new BufferedReader(
                    new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.US_ASCII));
        }

        private void write(String text) throws IOException {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
            while (bytes.hasRemaining()) channel.write(bytes);
        }

        private void request(String path) throws IOException {
            write("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
        }

        /** The body of the next response; null if the server has closed the connection. */
        private String response() throws IOException {
            int length = 0;
            for (String line = reader.readLine(); ; line = reader.readLine()) {
                if (line == null) return null;
                if (line.startsWith("content-length:"))
                    length = Integer.parseInt(
                            line.substring("content-length:".length()).strip());
                if (line.isEmpty()) break;
            }
            char[] body = new char[length];
            for (int at = 0; at < length; ) {
                int read = reader.read(body, at, length - at);
                if (read < 0) return null;
                at += read;
            }
            return new String(body).strip();
        }

        private String ask(String path) throws IOException {
            request(path);
            return response();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    @Test
    void requestsDuringAHandoverAreAnsweredByTheSuccessor() throws Exception {
        Servers first = start("first", null);
        try (Client used = new Client();
                Client unused = new Client()) {
            assertEquals("first /1", used.ask("/1"));
            pause(first);
            used.request("/2");
            unused.request("/3");
            try (Client late = new Client()) {
                late.request("/4");
                Servers second = start("second", first);
                assertEquals("second /2", used.response());
                assertEquals("second /3", unused.response());
                assertEquals("second /4", late.response());
                second.close();
                assertFalse(Files.exists(socket()), "the successor removes the socket");
            }
        }
    }

    @Test
    void aPausedServerContinues() throws Exception {
        Servers servers = start("first", null);
        try (Client used = new Client();
                Client half = new Client()) {
            half.write("GET /half HTTP/1.1\r\nHo");
            // The server accepts the connection before it reads the first request, and reads the half request before it
            // reads the second one.
            used.ask("/0");
            used.ask("/1");
            pause(servers);
            used.request("/2");
            // A request whose beginning was read is still handled.
            half.write("st: x\r\n\r\n");
            assertEquals("first /half", half.response());
            assertFalse(handled.contains("/2"));
            servers.resume();
            assertEquals("first /2", used.response());
        }
    }

    @Test
    void aConnectionInTheMiddleOfARequestIsNotPassedOn() throws Exception {
        Servers first = start("first", null);
        try (Client half = new Client();
                Client other = new Client()) {
            half.write("GET /half HTTP/1.1\r\nHost: x\r\n");
            // The server has read the half request before it reads a later one.
            other.ask("/1");
            pause(first);
            start("second", first);
            assertEquals("second /2", other.ask("/2"));
            assertEquals(null, half.response());
        }
    }

    @Test
    void aServerThatTheSuccessorDoesNotStartIsClosed() throws Exception {
        Servers first = start("first", null);
        try (Client client = new Client()) {
            client.ask("/1");
            pause(first);
            Servers second = new Servers();
            first.release().forEach(second::inherit);
            second.closeUnused();
            assertEquals(null, client.response());
            assertFalse(Files.exists(socket()));
        }
    }

    @Test
    void aSocketThatWasDeletedIsCreatedAgain() throws Exception {
        Servers first = start("first", null);
        pause(first);
        Files.delete(socket());
        start("second", first);
        try (Client client = new Client()) {
            assertEquals("second /1", client.ask("/1"));
        }
    }

    @Test
    void manyHandoversLoseNoRequest() throws Exception {
        AtomicBoolean isOver = new AtomicBoolean();
        AtomicInteger requests = new AtomicInteger();
        Servers current = start("server", null);
        ExecutorService clients = Executors.newFixedThreadPool(2 * CLIENTS);
        try {
            List<Future<Void>> results = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                results.add(clients.submit(askOverOneConnection(requests, isOver)));
                results.add(clients.submit(askOverManyConnections(requests, isOver)));
            }
            for (int i = 0; i < HANDOVERS; i++) {
                int before = requests.get();
                while (requests.get() < before + CLIENTS && results.stream().noneMatch(Future::isDone)) Thread.sleep(1);
                pause(current);
                current = start("server", current);
            }
            isOver.set(true);
            for (Future<Void> result : results) result.get(30, TimeUnit.SECONDS);
            assertEquals(requests.get(), handled.size());
        } finally {
            clients.shutdownNow();
        }
    }

    private Callable<Void> askOverOneConnection(AtomicInteger requests, AtomicBoolean isOver) {
        return () -> {
            try (Client client = new Client()) {
                while (!isOver.get()) ask(client, requests);
            }
            return null;
        };
    }

    private Callable<Void> askOverManyConnections(AtomicInteger requests, AtomicBoolean isOver) {
        return () -> {
            while (!isOver.get()) {
                try (Client client = new Client()) {
                    ask(client, requests);
                }
            }
            return null;
        };
    }

    private static void ask(Client client, AtomicInteger requests) throws IOException {
        String path = "/" + requests.incrementAndGet();
        assertEquals("server " + path, client.ask(path));
    }

    private Path socket() {
        return directory.resolve("test.sock");
    }

    /** Starts a server. {@code predecessor}: the server that hands over to it, or null. It is closed once the new server runs, as happens when its process ends. */
    private Servers start(String name, Servers predecessor) throws IOException {
        Servers servers = new Servers();
        started.add(servers);
        if (predecessor != null) predecessor.release().forEach(servers::inherit);
        servers.start(socket(), name, 0, () -> new Handler(name));
        if (predecessor != null) predecessor.close();
        return servers;
    }

    /** Pauses as the daemon does: waits until the requests from before the pause are handled. */
    private void pause(Servers servers) throws Exception {
        servers.pause();
        control.submit(() -> {}).get();
    }
}
