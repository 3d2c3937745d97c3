package dev.tapswitch.fuzz;

import dev.tapswitch.containers.Containers;
import dev.tapswitch.control.Daemon;
import dev.tapswitch.control.DaemonOptions;
import dev.tapswitch.control.http.RequestHandler;
import dev.tapswitch.control.json.Json;
import dev.tapswitch.control.json.JsonException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A daemon inside the fuzzing JVM, so that its coverage guides the search, and a client of its sockets. The daemon creates interfaces and
 * firewall rules: the JVM must run in separate namespaces.
 */
final class FuzzedDaemon {
    /** Includes the time for instrumenting all classes. */
    private static final long START_TIMEOUT_MS = 240_000;

    private static final long REPLY_TIMEOUT_MS = 30_000;
    private static final int MAX_REPLY_BYTES = 4 << 20;
    /**
     * The error in the reply to a request that failed because of a bug. A reply may quote its request, but with escaped quotes: a request
     * cannot forge this.
     */
    private static final Pattern BUG =
            Pattern.compile("\"(Err|error)\"\\s*:\\s*\"" + Pattern.quote(RequestHandler.BUG));

    private static FuzzedDaemon only;

    private final Path directory;

    private FuzzedDaemon(Path directory) {
        this.directory = directory;
    }

    /** The daemon of this JVM; the first call starts it. Must be called on the fuzzing thread. */
    static FuzzedDaemon instance() {
        if (only == null) only = start();
        return only;
    }

    private static FuzzedDaemon start() {
        try {
            Path directory = Files.createTempDirectory("tapswitch-fuzz-");
            FuzzedDaemon daemon = new FuzzedDaemon(directory);
            Path config = Files.writeString(
                    directory.resolve("tapswitch.yaml"), """
                    socket: %1$s
                    state: %2$s/state
                    io: epoll
                    workers: 1
                    log-level: error
                    docker: {enabled: true, socket: %3$s}
                    switches: {lan: {ports: {p: {device: fuzz0}}}}
                    """.formatted(daemon.api(), directory, daemon.plugin()));
            Thread.ofPlatform()
                    .daemon()
                    .name("daemon")
                    .start(() -> Daemon.run(new DaemonOptions(config), Containers::create));
            long end = System.currentTimeMillis() + START_TIMEOUT_MS;
            while (!Files.exists(daemon.api()) || !Files.exists(daemon.plugin())) {
                if (System.currentTimeMillis() > end)
                    throw new IllegalStateException(
                            "the daemon has not created its sockets within " + START_TIMEOUT_MS / 1_000 + " s");
                Thread.sleep(50);
            }
            return daemon;
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The control socket. */
    Path api() {
        return directory.resolve("api.sock");
    }

    /** The socket of the Docker plugin. */
    Path plugin() {
        return directory.resolve("docker.sock");
    }

    /** The document in a state file of the daemon; an empty object if the file does not exist. */
    Json state(String name) throws IOException {
        Path file = directory.resolve("state").resolve(name);
        try {
            return Files.exists(file) ? Json.parse(Files.readString(file)).path("document") : Json.object();
        } catch (JsonException e) {
            throw new AssertionError(name + " is not JSON", e);
        }
    }

    /** An HTTP request with the correct Content-Length. {@code isLast}: whether the server is to close the connection after it. */
    static byte[] request(String method, String path, String body, boolean isLast) {
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        String connection = isLast ? "Connection: close\r\n" : "";
        byte[] head = "%s %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n%s\r\n"
                .formatted(method, path, content.length, connection)
                .getBytes(StandardCharsets.ISO_8859_1);
        return ByteBuffer.allocate(head.length + content.length)
                .put(head)
                .put(content)
                .array();
    }

    /**
     * Sends requests on one connection and reads the replies. A reply that reports a bug is a finding.
     *
     * @param mustClose whether to read until the server closes the connection, which it must do in time; else until it sends nothing more
     */
    String exchange(Path socket, List<byte[]> requests, boolean mustClose) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                Selector selector = Selector.open()) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ);
            for (byte[] request : requests) {
                ByteBuffer buffer = ByteBuffer.wrap(request);
                for (int i = 0; buffer.hasRemaining() && i < 1_000; i++) channel.write(buffer);
            }
            String replies = read(channel, selector, mustClose);
            if (BUG.matcher(replies).find()) throw new AssertionError(replies);
            return replies;
        } catch (IOException e) {
            // The daemon closes a connection on which it receives something else than HTTP.
            return "";
        }
    }

    private static String read(SocketChannel channel, Selector selector, boolean mustClose) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(65_536);
        long end = System.currentTimeMillis() + REPLY_TIMEOUT_MS;
        while (all.size() < MAX_REPLY_BYTES) {
            if (selector.select(mustClose ? 200 : 5) == 0) {
                if (!mustClose) break;
                if (System.currentTimeMillis() > end)
                    throw new AssertionError("the connection was not closed within " + REPLY_TIMEOUT_MS / 1_000 + " s");
                continue;
            }
            selector.selectedKeys().clear();
            if (channel.read(buffer.clear()) < 0) break;
            all.write(buffer.array(), 0, buffer.position());
        }
        return all.toString(StandardCharsets.UTF_8);
    }
}
