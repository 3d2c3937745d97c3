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
 * Asks the daemon's control API over its unix socket, one connection a request.
 *
 * <p>HTTP is spoken by hand: {@code java.net.http} can't do unix sockets, and Netty's client costs more start-up time than the
 * whole of a command may take (300 ms).
 */
public final class ApiClient {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Path socket;

    public ApiClient(Path socket) {
        this.socket = socket;
    }

    public Json get(String path) {
        return exchange("GET", path, null, PATIENCE, answer -> JsonStream.value(answer.reader()));
    }

    /** Hands over the elements of an answer that is an array as they come: it may be long. */
    public void elements(String path, Consumer<Json> each) {
        exchange("GET", path, null, PATIENCE, answer -> {
            JsonStream.elements(answer.reader(), each);
            return null;
        });
    }

    /** Writes an answer of any length as it comes, on several lines. */
    public void copy(String path, Writer into) {
        exchange("GET", path, null, PATIENCE, answer -> {
            JsonStream.pretty(answer.reader(), into);
            return null;
        });
    }

    public Json post(String path, Object body) {
        return call("POST", path, body);
    }

    /** As {@link #post(String, Object)}, where the answer may take longer. */
    public Json post(String path, Object body, Duration patience) {
        return exchange("POST", path, body, patience, answer -> parse(answer.text()));
    }

    public Json patch(String path, Object body) {
        return call("PATCH", path, body);
    }

    public Json delete(String path) {
        return call("DELETE", path, null);
    }

    /** Hands over each line of a newline-delimited answer as it comes, as text and parsed; returns when the daemon ends it. */
    public void stream(String path, Duration longest, Consumer<Json> line) {
        exchange("GET", path, null, longest.plus(PATIENCE), answer -> {
            var lines = new BufferedReader(answer.reader());
            for (var text = lines.readLine(); text != null; text = lines.readLine()) {
                if (!text.isBlank()) line.accept(Json.parse(text));
            }
            return null;
        });
    }

    private Json call(String method, String path, Object body) {
        return exchange(method, path, body, PATIENCE, answer -> parse(answer.text()));
    }

    private Json parse(String text) {
        return text.isBlank() ? Json.object() : Json.parse(text);
    }

    private interface Reader {
        Json read(HttpResponse answer) throws IOException;
    }

    private Json exchange(String method, String path, Object body, Duration patience, Reader reader) {
        try (var channel = connect()) {
            write(channel, request(method, path, body));
            channel.configureBlocking(false);
            try (var bytes = new BufferedInputStream(new PatientInput(channel, patience))) {
                var answer = HttpResponse.read(bytes);
                if (answer.status() >= 400) throw ApiException.failed(errorOf(answer, method, path));
                return reader.read(answer);
            }
        } catch (SocketTimeoutException e) {
            throw ApiException.failed("the daemon at " + socket + " did not answer within " + patience.toSeconds()
                    + " s: look at its log");
        } catch (IOException | JsonException e) {
            throw ApiException.failed(
                    "the answer of the daemon at " + socket + " broke off (" + e.getMessage() + "): look at its log");
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

    private String errorOf(HttpResponse answer, String method, String path) throws IOException {
        var text = answer.text();
        try {
            var error = Json.parse(text).path("error").asString("");
            if (!error.isEmpty()) return error;
        } catch (JsonException e) {
            // Not JSON: shown below as it came.
        }
        return "the daemon answered " + answer.status() + " to " + method + " " + path
                + (text.isBlank() ? "" : ": " + text.strip().lines().findFirst().orElse(""));
    }

    /** One part of a path, percent-encoded: names may hold anything. */
    public static String segment(String name) {
        var encoded = new StringBuilder();
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            boolean plain = b > 0 && (Character.isLetterOrDigit(b) || b == '-' || b == '_' || b == '.' || b == ':');
            if (plain) encoded.append((char) b);
            else encoded.append('%').append(String.format("%02X", b));
        }
        return encoded.toString();
    }

    /** Whether something listens at the socket. */
    public static boolean answers(Path socket) {
        if (!Files.exists(socket)) return false;
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return channel.connect(UnixDomainSocketAddress.of(socket));
        } catch (IOException e) {
            return false;
        }
    }

    /** Reads from a non-blocking channel and gives up when nothing came for a while: blocking channels know no timeout. */
    private static final class PatientInput extends InputStream {
        private final SocketChannel channel;
        private final java.nio.channels.Selector selector;
        private final long patienceMs;

        PatientInput(SocketChannel channel, Duration patience) throws IOException {
            this.channel = channel;
            this.selector = java.nio.channels.Selector.open();
            this.patienceMs = patience.toMillis();
            channel.register(selector, java.nio.channels.SelectionKey.OP_READ);
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int read = channel.read(ByteBuffer.wrap(into, offset, length));
            while (read == 0) {
                if (selector.select(patienceMs) == 0) throw new SocketTimeoutException();
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
