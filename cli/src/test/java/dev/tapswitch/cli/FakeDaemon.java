package dev.tapswitch.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** An HTTP server on a unix socket with fixed responses. Records the requests. */
final class FakeDaemon implements AutoCloseable {
    private final ServerSocketChannel server;
    private final Thread serving;
    private final Map<String, String> answers = new HashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    final Path socket;

    FakeDaemon(Path directory) throws IOException {
        socket = directory.resolve("fake.sock");
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        serving = Thread.ofPlatform().daemon().start(this::serve);
    }

    /** Sets the response to a request. {@code request}: method and path, for example "GET /v1/status". */
    FakeDaemon answer(String request, String json) {
        return answerRaw(
                request,
                "HTTP/1.1 200 OK\r\nContent-Length: " + json.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n"
                        + json);
    }

    FakeDaemon refuse(String request, int status, String error) {
        var json = "{\"error\":\"" + error + "\"}";
        return answerRaw(request, "HTTP/1.1 " + status + " No\r\nContent-Length: " + json.length() + "\r\n\r\n" + json);
    }

    FakeDaemon answerRaw(String request, String raw) {
        answers.put(request, raw);
        return this;
    }

    /** The requests so far: method, path, and the body if there is one. */
    List<String> asked() {
        return new ArrayList<>(asked);
    }

    private void serve() {
        while (server.isOpen()) {
            try (var client = server.accept()) {
                var request = read(client);
                if (request.isEmpty()) continue;
                asked.add(request);
                var words = request.split(" ", 3);
                var answer = answers.getOrDefault(
                        words[0] + " " + words[1], "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
                client.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8)));
            } catch (IOException e) {
                // The client has closed the connection, or the test is over.
            }
        }
    }

    private static String read(SocketChannel client) throws IOException {
        var bytes = new ByteArrayOutputStream();
        var buffer = ByteBuffer.allocate(4_096);
        while (true) {
            var text = bytes.toString(StandardCharsets.UTF_8);
            int end = text.indexOf("\r\n\r\n");
            if (end >= 0) {
                int length = text.replaceFirst("(?s).*Content-Length: ([0-9]+).*", "$1")
                                .matches("[0-9]+")
                        ? Integer.parseInt(text.replaceFirst("(?s).*Content-Length: ([0-9]+).*", "$1"))
                        : 0;
                var body = text.substring(end + 4);
                if (body.length() >= length) {
                    var first = text.lines().findFirst().orElse("").split(" ", -1);
                    return (first[0] + " " + first[1] + " " + body).strip();
                }
            }
            buffer.clear();
            int read = client.read(buffer);
            if (read < 0) return "";
            bytes.write(buffer.array(), 0, read);
        }
    }

    /** Waits for the thread: the kernel closes a socket only after accept() has returned. */
    @Override
    public void close() throws IOException {
        server.close();
        try {
            serving.join(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
