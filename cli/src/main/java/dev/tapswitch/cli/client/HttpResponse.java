package dev.tapswitch.cli.client;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;

/**
 * One HTTP/1.1 answer (RFC 9112) as far as our own daemon sends them: a status line, headers, and a body that is counted,
 * chunked, or ends with the connection.
 *
 * @param status the three digits
 * @param body the body, decoded as it is read
 */
record HttpResponse(int status, InputStream body) {
    private static final int LONGEST_LINE = 16_384;

    static HttpResponse read(InputStream in) throws IOException {
        int status = statusOf(line(in));
        long length = -1;
        boolean chunked = false;
        for (var header = line(in); !header.isEmpty(); header = line(in)) {
            int colon = header.indexOf(':');
            if (colon < 0) throw new IOException("not an HTTP header: " + header);
            var name = header.substring(0, colon).strip();
            var value = header.substring(colon + 1).strip();
            if (name.equalsIgnoreCase("Content-Length")) length = Long.parseLong(value);
            if (name.equalsIgnoreCase("Transfer-Encoding")) chunked = value.equalsIgnoreCase("chunked");
        }
        if (chunked) return new HttpResponse(status, new Chunks(in));
        if (status == 204) return new HttpResponse(status, InputStream.nullInputStream());
        return new HttpResponse(status, length < 0 ? in : new Counted(in, length));
    }

    Reader reader() {
        return new InputStreamReader(body, StandardCharsets.UTF_8);
    }

    String text() throws IOException {
        return new String(body.readAllBytes(), StandardCharsets.UTF_8);
    }

    private static int statusOf(String line) throws IOException {
        var words = line.split(" ", 3);
        if (words.length < 2 || !words[0].startsWith("HTTP/1.") || !words[1].matches("[0-9]{3}"))
            throw new IOException("not an HTTP answer: " + line);
        return Integer.parseInt(words[1]);
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) throw new EOFException("the connection ended early");
            if (line.length() == LONGEST_LINE) throw new IOException("a header line is too long");
            if (b != '\r') line.append((char) b);
        }
        return line.toString();
    }

    private static final class Counted extends InputStream {
        private final InputStream in;
        private long left;

        Counted(InputStream in, long length) {
            this.in = in;
            this.left = length;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (left == 0) return -1;
            int read = in.read(into, offset, (int) Math.min(length, left));
            if (read < 0) throw new EOFException("the connection ended early");
            left -= read;
            return read;
        }
    }

    /** RFC 9112 7.1; trailers are read and dropped. */
    private static final class Chunks extends InputStream {
        private final InputStream in;
        private long left;
        private boolean ended;

        Chunks(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (left == 0 && !ended) nextChunk();
            if (ended) return -1;
            int read = in.read(into, offset, (int) Math.min(length, left));
            if (read < 0) throw new EOFException("the connection ended early");
            left -= read;
            if (left == 0) line(in);
            return read;
        }

        private void nextChunk() throws IOException {
            var size = line(in);
            try {
                left = Long.parseLong(size.split(";", 2)[0].strip(), 16);
            } catch (NumberFormatException e) {
                throw new IOException("not a chunk size: " + size, e);
            }
            if (left > 0) return;
            ended = true;
            while (!line(in).isEmpty())
                ;
        }
    }
}
