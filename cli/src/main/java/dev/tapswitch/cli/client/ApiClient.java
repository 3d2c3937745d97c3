package dev.tapswitch.cli.client;

import dev.tapswitch.control.json.Json;
import dev.tapswitch.control.json.JsonException;
import dev.tapswitch.control.json.JsonStream;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * A client of the control API on a unix socket. Opens one connection for each request. Thread-safe. Each request throws an {@link ApiException} if no daemon listens,
 * if the daemon refuses the request, if its response is incomplete, or if it sends nothing for 20 s (where no other timeout is stated).
 *
 * <p>Implements HTTP itself: {@code java.net.http} does not support unix sockets, and loading Netty's client takes longer than a whole command
 * should (300 ms).
 */
public final class ApiClient {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final Path socket;

    public ApiClient(Path socket) {
        this.socket = socket;
    }

    public Json get(String path) {
        return exchange("GET", path, null, TIMEOUT, response -> JsonStream.value(response.reader()));
    }

    /** Requests an array of any length and passes on each element when it arrives. */
    public void elements(String path, Consumer<Json> each) {
        exchange("GET", path, null, TIMEOUT, response -> {
            JsonStream.elements(response.reader(), each);
            return null;
        });
    }

    /** Requests a document of any length and writes it, formatted on several lines, while it arrives. */
    public void copy(String path, Writer into) {
        exchange("GET", path, null, TIMEOUT, response -> {
            JsonStream.pretty(response.reader(), into);
            return null;
        });
    }

    public Json post(String path, Object body) {
        return call("POST", path, body);
    }

    /** Like {@link #post(String, Object)}, with another timeout. */
    public Json post(String path, Object body, Duration timeout) {
        return exchange("POST", path, body, timeout, response -> parse(response.text()));
    }

    public Json patch(String path, Object body) {
        return call("PATCH", path, body);
    }

    public Json delete(String path) {
        return call("DELETE", path, null);
    }

    /**
     * Requests a stream of JSON lines and passes on each when it arrives. Returns when the daemon ends the stream.
     *
     * @param duration how long the daemon may send nothing, beyond the usual timeout
     */
    public void stream(String path, Duration duration, Consumer<Json> line) {
        exchange("GET", path, null, duration.plus(TIMEOUT), response -> {
            var lines = new BufferedReader(response.reader());
            for (var text = lines.readLine(); text != null; text = lines.readLine()) {
                if (!text.isBlank()) line.accept(Json.parse(text));
            }
            return null;
        });
    }

    private Json call(String method, String path, Object body) {
        return exchange(method, path, body, TIMEOUT, response -> parse(response.text()));
    }

    private Json parse(String text) {
        return text.isBlank() ? Json.object() : Json.parse(text);
    }

    private interface Reader {
        Json read(HttpResponse response) throws IOException;
    }

    private Json exchange(String method, String path, Object body, Duration timeout, Reader reader) {
        try (var channel = connect()) {
            write(channel, request(method, path, body));
            channel.configureBlocking(false);
            try (var bytes = new BufferedInputStream(new TimeoutInput(channel, timeout))) {
                var response = HttpResponse.read(bytes);
                if (response.status() >= 400) throw ApiException.failed(errorOf(response, method, path));
                return reader.read(response);
            }
        } catch (SocketTimeoutException e) {
            throw ApiException.failed(
                    "the daemon at " + socket + " did not respond within " + timeout.toSeconds() + " s: see its log");
        } catch (IOException | JsonException e) {
            throw ApiException.failed(
                    "the response of the daemon at " + socket + " is incomplete (" + e.getMessage() + "): see its log");
        }
    }

    private SocketChannel connect() throws IOException {
        var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            return channel;
        } catch (IOException e) {
            channel.close();
            throw ApiException.unreachable(Reachability.explain(socket, e));
        }
    }

    private byte[] request(String method, String path, Object body) {
        var payload = body == null ? "" : Json.of(body).toString();
        var bytes = payload.getBytes(StandardCharsets.UTF_8);
        var head = method + " " + path
                + " HTTP/1.1\r\nHost: tapswitch\r\nConnection: close\r\nAccept: application/json\r\n"
                + (body == null ? "" : "Content-Type: application/json\r\n")
                + "Content-Length: " + bytes.length + "\r\n\r\n";
        return (head + payload).getBytes(StandardCharsets.UTF_8);
    }

    private static void write(SocketChannel channel, byte[] bytes) throws IOException {
        var buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) channel.write(buffer);
    }

    private String errorOf(HttpResponse response, String method, String path) throws IOException {
        var text = response.text();
        try {
            var error = Json.parse(text).path("error").asString("");
            if (!error.isEmpty()) return error;
        } catch (JsonException e) {
            // Not JSON: shown below as it is.
        }
        return "the daemon responded " + response.status() + " to " + method + " " + path
                + (text.isBlank() ? "" : ": " + text.strip().lines().findFirst().orElse(""));
    }

    /** Percent-encodes a name as one segment of a path. */
    public static String segment(String name) {
        var encoded = new StringBuilder();
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            boolean plain = b > 0 && (Character.isLetterOrDigit(b) || b == '-' || b == '_' || b == '.' || b == ':');
            if (plain) encoded.append((char) b);
            else encoded.append('%').append(String.format("%02X", b));
        }
        return encoded.toString();
    }

    /** Whether a process is listening on the socket. */
    public static boolean isListening(Path socket) {
        if (!Files.exists(socket)) return false;
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            return false;
        }
    }

    /** Reads from a non-blocking channel, with a timeout for each read. Blocking channels do not support a timeout. */
    private static final class TimeoutInput extends InputStream {
        private final SocketChannel channel;
        private final java.nio.channels.Selector selector;
        private final long timeoutMs;

        TimeoutInput(SocketChannel channel, Duration timeout) throws IOException {
            this.channel = channel;
            this.selector = java.nio.channels.Selector.open();
            this.timeoutMs = timeout.toMillis();
            channel.register(selector, java.nio.channels.SelectionKey.OP_READ);
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int read = channel.read(ByteBuffer.wrap(into, offset, length));
            while (read == 0) {
                if (selector.select(timeoutMs) == 0) throw new SocketTimeoutException();
                selector.selectedKeys().clear();
                read = channel.read(ByteBuffer.wrap(into, offset, length));
            }
            return read;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public void close() throws IOException {
            selector.close();
        }
    }
}
