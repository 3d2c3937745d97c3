package dev.tapswitch.control.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
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

/** A request and its answer, which is given once, by one of the methods that are for any thread. */
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
        // After what is not HTTP nothing can be told apart any more. The body that was too long is skipped.
        this.keepsAlive = HttpUtil.isKeepAlive(http) && (problem.isEmpty() || isTooLong);
    }

    public String method() {
        return method;
    }

    public String uri() {
        return uri;
    }

    public String body() {
        return body;
    }

    /** Why this is no request; empty where it is one. */
    public String problem() {
        return problem;
    }

    /** Whether its body is longer than the server takes, which is a {@link #problem}. */
    public boolean isTooLong() {
        return isTooLong;
    }

    /** Answers with JSON. Any thread. */
    public void answer(int status, String type, String json) {
        channel().eventLoop().execute(() -> {
            var sent = channel().writeAndFlush(JsonResponse.of(status, type, json, keepsAlive));
            if (keepsAlive) handler.answered();
            else sent.addListener(ChannelFutureListener.CLOSE);
        });
    }

    /** Answers 200 with a body in parts, each made by {@code executor} once the reader has taken those before. Any thread. */
    public void stream(String type, Parts parts, Executor executor) {
        channel().eventLoop().execute(() -> {
            var head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
            head.headers().set(HttpHeaderNames.CONTENT_TYPE, type);
            // RFC 9112 7: HTTP/1.0 knows no chunks; the end of the connection is the end of the body.
            boolean isChunked = version.compareTo(HttpVersion.HTTP_1_1) >= 0;
            HttpUtil.setTransferEncodingChunked(head, isChunked);
            HttpUtil.setKeepAlive(head, keepsAlive && isChunked);
            var _ = channel().write(head);
            nextPart(parts, executor, keepsAlive && isChunked);
        });
    }

    /** The connection, for an answer that something else writes and ends with the connection. */
    public Channel takeChannel() {
        handler.giveAway();
        return channel();
    }

    /** Event loop. */
    private void nextPart(Parts parts, Executor executor, boolean staysOpen) {
        handler.whenWritable(() -> executor.execute(() -> {
            var text = new StringBuilder();
            boolean isMore;
            try {
                isMore = parts.next(text);
            } catch (RuntimeException e) {
                LOG.error("a listing broke off: this is a bug, please report it", e);
                // Without the last chunk the reader knows that it is not whole.
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
        if (staysOpen) handler.answered();
        else sent.addListener(ChannelFutureListener.CLOSE);
    }

    private Channel channel() {
        return handler.channel();
    }
}
