package dev.tapswitch.e2e.testbed;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.control.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;

/** A client of the control API: HTTP over the unix socket, one connection per request. */
public record ApiClient(Path socket) {

    /** A response of any status. */
    public record Response(int status, String body) {
        public Json json() {
            return Json.parse(body);
        }
    }

    public Json get(String path) {
        return expect("GET", path, "");
    }

    public Json post(String path, String body) {
        return expect("POST", path, body);
    }

    public Json delete(String path) {
        return expect("DELETE", path, "");
    }

    private Json expect(String method, String path, String body) {
        Response response = send(method, path, body);
        assertTrue(response.status / 100 == 2, () -> method + " " + path + ": " + response);
        return response.body.isBlank() ? Json.of(null) : response.json();
    }

    /** Sends a request and returns the response whatever its status. Fails if there is none. */
    public Response send(String method, String path, String body) {
        try {
            return exchange(method, path, body);
        } catch (IOException e) {
            throw new AssertionError(method + " " + path, e);
        }
    }

    /** Like {@link #send}, but throws when the daemon cannot be reached. */
    public Response exchange(String method, String path, String body) throws IOException {
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        String head = method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + "Content-Type: application/json\r\nContent-Length: " + content.length + "\r\n\r\n";
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.write(ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII)));
            channel.write(ByteBuffer.wrap(content));
            var all = new ByteArrayOutputStream();
            ByteBuffer buffer = ByteBuffer.allocate(65_536);
            while (!isComplete(all) && channel.read(buffer.clear()) >= 0)
                all.write(buffer.array(), 0, buffer.position());
            return parse(all.toString(StandardCharsets.UTF_8));
        }
    }

    /** Whether the whole body has been read, by Content-Length: Docker's plugin socket keeps the connection open. */
    private static boolean isComplete(ByteArrayOutputStream read) {
        String text = read.toString(StandardCharsets.ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        int contentLength = text.toLowerCase(Locale.ROOT).indexOf("content-length: ");
        if (end < 0 || contentLength < 0 || contentLength > end) return false;
        int length = Integer.parseInt(text.substring(contentLength + 16, text.indexOf("\r\n", contentLength))
                .strip());
        return text.length() - end - 4 >= length;
    }

    private static Response parse(String text) throws IOException {
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) throw new IOException("not an HTTP response: " + text);
        int status = Integer.parseInt(text.substring(9, 12));
        String body = text.substring(end + 4);
        boolean chunked = text.substring(0, end).toLowerCase(Locale.ROOT).contains("chunked");
        return new Response(status, chunked ? dechunked(body) : body);
    }

    private static String dechunked(String chunks) {
        var body = new StringBuilder();
        int position = 0;
        while (true) {
            int line = chunks.indexOf("\r\n", position);
            int length = line < 0 ? 0 : Integer.parseInt(chunks.substring(position, line), 16);
            if (length == 0) return body.toString();
            body.append(chunks, line + 2, line + 2 + length);
            position = line + 2 + length + 2;
        }
    }
}
