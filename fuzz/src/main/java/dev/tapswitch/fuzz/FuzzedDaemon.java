package dev.tapswitch.fuzz;

import dev.tapswitch.containers.Containers;
import dev.tapswitch.control.Daemon;
import dev.tapswitch.control.DaemonOptions;
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
 * A whole daemon inside the fuzzing JVM, so that its branches guide the search, and a client of its sockets. It makes interfaces and rules: to be run in
 * namespaces of its own.
 */
final class FuzzedDaemon {
    /** All its classes are instrumented meanwhile. */
    private static final long START_MS = 240_000;

    private static final long ANSWER_MS = 30_000;
    private static final int LARGEST_ANSWER = 4 << 20;
    /** The reply to a request that failed by a bug. Replies quote their requests; the key's unescaped quotes can't come from one. */
    private static final Pattern BUG =
            Pattern.compile("\"(Err|error)\"\\s*:\\s*\"(tapswitch|the daemon) failed at this, which is a bug");

    private static FuzzedDaemon only;

    private final Path directory;

    private FuzzedDaemon(Path directory) {
        this.directory = directory;
    }

    /** The one of this JVM, started by the first call. The fuzzing thread. */
    static FuzzedDaemon instance() {
        if (only == null) only = start();
        return only;
    }

    private static FuzzedDaemon start() {
        try {
            Path directory = Files.createTempDirectory("tapswitch-fuzz-");
            FuzzedDaemon made = new FuzzedDaemon(directory);
            Path config = Files.writeString(
                    directory.resolve("tapswitch.yaml"), """
                    socket: %1$s
                    state: %2$s/state
                    io: epoll
                    workers: 1
                    log-level: error
                    docker: {enabled: true, socket: %3$s}
                    switches: {lan: {ports: {p: {device: fuzz0}}}}
                    """.formatted(made.api(), directory, made.plugin()));
            Thread.ofPlatform()
                    .daemon()
                    .name("daemon")
                    .start(() -> Daemon.run(new DaemonOptions(config), Containers::create));
            long end = System.currentTimeMillis() + START_MS;
            while (!Files.exists(made.api()) || !Files.exists(made.plugin())) {
                if (System.currentTimeMillis() > end) throw new IllegalStateException("the daemon does not start");
                Thread.sleep(50);
            }
            return made;
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    Path api() {
        return directory.resolve("api.sock");
    }

    Path plugin() {
        return directory.resolve("docker.sock");
    }

    /** What the daemon keeps in a state file; a missing value where there is none. */
    Json kept(String name) throws IOException {
        Path file = directory.resolve("state").resolve(name);
        try {
            return Files.exists(file) ? Json.parse(Files.readString(file)).path("document") : Json.object();
        } catch (JsonException e) {
            throw new AssertionError(name + " is not JSON", e);
        }
    }

    /** An HTTP request with a right length. */
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

    /** Sends bytes on one connection, and reads until it is closed or nothing more comes; an answer that tells of a bug is a finding. */
    String exchange(Path socket, List<byte[]> requests, boolean mustAnswer) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                Selector selector = Selector.open()) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ);
            for (byte[] request : requests) {
                ByteBuffer buffer = ByteBuffer.wrap(request);
                for (int i = 0; buffer.hasRemaining() && i < 1_000; i++) channel.write(buffer);
            }
            String said = read(channel, selector, mustAnswer);
            if (BUG.matcher(said).find()) throw new AssertionError(said);
            return said;
        } catch (IOException e) {
            // The daemon has closed a connection on which it got something else than HTTP.
            return "";
        }
    }

    private static String read(SocketChannel channel, Selector selector, boolean mustAnswer) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(65_536);
        long end = System.currentTimeMillis() + ANSWER_MS;
        while (all.size() < LARGEST_ANSWER) {
            if (selector.select(mustAnswer ? 200 : 5) == 0) {
                if (!mustAnswer) break;
                if (System.currentTimeMillis() > end) throw new AssertionError("no answer within 30 s");
                continue;
            }
            selector.selectedKeys().clear();
            if (channel.read(buffer.clear()) < 0) break;
            all.write(buffer.array(), 0, buffer.position());
        }
        return all.toString(StandardCharsets.UTF_8);
    }
}
