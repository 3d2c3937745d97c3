package dev.tapswitch.cli.client;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;

/**
 * An HTTP/1.1 response (RFC 9112), limited to what the daemon sends: a status line, headers, and a body with a Content-Length, in chunks, or up
 * to the end of the connection.
 *
 * @param status the status code
 * @param body the body, without its transfer coding
 */
record HttpResponse(int status, InputStream body) {
    private static final int MAX_LINE = 16_384;

    static HttpResponse read(InputStream in) throws IOException {
        int status = statusOf(line(in));
        long length = -1;
        boolean chunked = false;
        for (var header = line(in); !header.isEmpty(); header = line(in)) {
            int colon = header.indexOf(':');
            if (colon < 0) throw new IOException("not an HTTP header: " + header);
            var name = header.substring(0, colon).strip();
            var value = header.substring(colon + 1).strip();
            if (name.equalsIgnoreCase("Content-Length")) length = length(value);
            if (name.equalsIgnoreCase("Transfer-Encoding")) chunked = value.equalsIgnoreCase("chunked");
        }
        if (chunked) return new HttpResponse(status, new Chunked(in));
        if (status == 204) return new HttpResponse(status, InputStream.nullInputStream());
        return new HttpResponse(status, length < 0 ? in : new FixedLength(in, length));
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
            throw new IOException("not an HTTP response: " + line);
        return Integer.parseInt(words[1]);
    }

    private static long length(String value) throws IOException {
        if (!value.matches("[0-9]{1,18}")) throw new IOException("not a content length: " + value);
        return Long.parseLong(value);
    }

    private static String line(InputStream in) throws IOException {
        var line = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) throw new EOFException("the connection ended early");
            if (line.length() == MAX_LINE) throw new IOException("a header line is too long");
            if (b != '\r') line.append((char) b);
        }
        return line.toString();
    }

    /** A body that consists of parts of known lengths. */
    private abstract static class Body extends InputStream {
        final InputStream in;
        /** The number of bytes of the current part that have not been read. */
        long remaining;

        Body(InputStream in, long length) {
            this.in = in;
            this.remaining = length;
        }

        /** Begins the next part and sets its length. Returns false at the end of the body. */
        abstract boolean nextPart() throws IOException;

        /** Called when all bytes of a part have been read. */
        void endOfPart() throws IOException {}

        @Override
        public final int read() throws IOException {
            var single = new byte[1];
            return read(single, 0, 1) < 0 ? -1 : single[0] & 0xff;
        }

        @Override
        public final int read(byte[] into, int offset, int length) throws IOException {
            if (remaining == 0 && !nextPart()) return -1;
            int read = in.read(into, offset, (int) Math.min(length, remaining));
            if (read < 0) throw new EOFException("the connection ended early");
            remaining -= read;
            if (remaining == 0) endOfPart();
            return read;
        }
    }

    private static final class FixedLength extends Body {
        FixedLength(InputStream in, long length) {
            super(in, length);
        }

        @Override
        boolean nextPart() {
            return false;
        }
    }

    /** The chunked transfer coding (RFC 9112 7.1). Trailers are ignored. */
    private static final class Chunked extends Body {
        private boolean ended;

        Chunked(InputStream in) {
            super(in, 0);
        }

        @Override
        boolean nextPart() throws IOException {
            if (!ended) nextChunk();
            return !ended;
        }

        @Override
        void endOfPart() throws IOException {
            line(in);
        }

        private void nextChunk() throws IOException {
            var size = line(in);
            try {
                remaining = Long.parseLong(size.split(";", 2)[0].strip(), 16);
            } catch (NumberFormatException e) {
                throw new IOException("not a chunk size: " + size, e);
            }
            if (remaining < 0) throw new IOException("not a chunk size: " + size);
            if (remaining > 0) return;
            ended = true;
            while (!line(in).isEmpty())
                ;
        }
    }
}
