package dev.tapswitch.control.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpContentException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A request and its response. Exactly one of {@link #respond}, {@link #stream} and {@link #detachChannel} must be called, once, on any thread. */
public final class Exchange {
    private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

    private final RequestHandler handler;
    private final String method;
    private final String uri;
    private final String body;
    private final HttpVersion version;
    private final boolean keepsAlive;
    private final String problem;
    private final boolean isTooLong;

    Exchange(RequestHandler handler, FullHttpRequest http) {
        Throwable failure = http.decoderResult().cause();
        this.handler = handler;
        this.method = http.method().name();
        this.uri = http.uri();
        this.body = http.content().isReadable() ? http.content().toString(StandardCharsets.UTF_8) : "";
        this.version = http.protocolVersion();
        this.isTooLong = failure instanceof TooLongHttpContentException;
        this.problem = failure == null ? "" : String.valueOf(failure.getMessage());
        // After bytes that are not HTTP, the start of the next request is unknown. A body that is too long was skipped.
        this.keepsAlive = HttpUtil.isKeepAlive(http) && (problem.isEmpty() || isTooLong);
    }

    /** The method, in upper case. */
    public String method() {
        return method;
    }

    /** Path and query, percent-encoded. */
    public String uri() {
        return uri;
    }

    /** The body as UTF-8; empty if there is none. */
    public String body() {
        return body;
    }

    /** Why the request is not valid; empty if it is. */
    public String problem() {
        return problem;
    }

    /** Whether the body is longer than the server accepts, which is a {@link #problem}. */
    public boolean isTooLong() {
        return isTooLong;
    }

    /**
     * Sends a response with JSON.
     *
     * @param type the content type
     */
    public void respond(int status, String type, String json) {
        channel().eventLoop().execute(() -> {
            FullHttpResponse response = JsonResponse.of(status, type, json, keepsAlive);
            // RFC 9110 9.3.2: the client of a HEAD request expects no content.
            if (method.equals("HEAD")) response.content().clear();
            var sent = channel().writeAndFlush(response);
            if (keepsAlive) handler.onResponded();
            else sent.addListener(ChannelFutureListener.CLOSE);
        });
    }

    /** Sends a response 200 with a body in parts. Each part is produced on {@code executor} after the client has read the previous ones. */
    public void stream(String type, Parts parts, Executor executor) {
        channel().eventLoop().execute(() -> {
            var head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
            head.headers().set(HttpHeaderNames.CONTENT_TYPE, type);
            // RFC 9112 7: HTTP/1.0 has no chunks; the end of the connection is the end of the body.
            boolean isChunked = version.compareTo(HttpVersion.HTTP_1_1) >= 0;
            HttpUtil.setTransferEncodingChunked(head, isChunked);
            HttpUtil.setKeepAlive(head, keepsAlive && isChunked);
            var _ = channel().write(head);
            nextPart(parts, executor, keepsAlive && isChunked);
        });
    }

    /** Releases the connection to a caller that writes the response itself and then closes the connection. */
    public Channel detachChannel() {
        handler.detach();
        return channel();
    }

    /** Must be called on the event loop. */
    private void nextPart(Parts parts, Executor executor, boolean staysOpen) {
        handler.whenWritable(() -> executor.execute(() -> {
            var text = new StringBuilder();
            boolean isMore;
            try {
                isMore = parts.next(text);
            } catch (RuntimeException e) {
                LOG.error("a listing failed: this is a bug, please report it", e);
                // Without the last chunk, the client detects that the body is incomplete.
                var _ = channel().close();
                return;
            }
            channel().eventLoop().execute(() -> send(text, isMore, parts, executor, staysOpen));
        }));
    }

    private void send(StringBuilder text, boolean isMore, Parts parts, Executor executor, boolean staysOpen) {
        ByteBuf bytes = Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
        if (isMore) {
            var _ = channel().writeAndFlush(new DefaultHttpContent(bytes));
            nextPart(parts, executor, staysOpen);
            return;
        }
        var _ = channel().write(new DefaultHttpContent(bytes));
        var sent = channel().writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
        if (staysOpen) handler.onResponded();
        else sent.addListener(ChannelFutureListener.CLOSE);
    }

    private Channel channel() {
        return handler.channel();
    }
}
