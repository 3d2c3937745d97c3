package dev.tapswitch.control.api;

import dev.tapswitch.control.http.Exchange;
import dev.tapswitch.control.json.Json;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A chunked response with one line of JSON per chunk (NDJSON). Not thread-safe: after {@link #begin}, only the thread of the trace uses it. */
final class ChunkedLines implements TraceStream.Reader {
    private static final Logger LOG = LoggerFactory.getLogger(ChunkedLines.class);
    private static final long PAUSE_NANOS = 5_000_000;
    /** Ten seconds: a client that reads nothing for so long is given up. */
    private static final int MAX_PAUSES = 2_000;

    private final Exchange exchange;
    private Channel channel;

    ChunkedLines(Exchange exchange) {
        this.exchange = exchange;
    }

    @Override
    public void begin() {
        channel = exchange.detachChannel();
        var head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        head.headers().set(HttpHeaderNames.CONTENT_TYPE, "application/x-ndjson");
        HttpUtil.setTransferEncodingChunked(head, true);
        HttpUtil.setKeepAlive(head, false);
        var _ = channel.writeAndFlush(head);
    }

    @Override
    public boolean accept(Json line) {
        for (int pauses = 0; channel.isActive() && !channel.isWritable(); pauses++) {
            if (pauses == MAX_PAUSES) return false;
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        if (!channel.isActive()) return false;
        byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
        var _ = channel.writeAndFlush(new DefaultHttpContent(Unpooled.wrappedBuffer(bytes)));
        return true;
    }

    @Override
    public boolean isDisconnected() {
        return !channel.isActive();
    }

    @Override
    public void end() {
        try {
            // On the event loop: a listener that is added here would be called after the loop's end, when the daemon
            // stops.
            channel.eventLoop()
                    .execute(() -> channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT)
                            .addListener(ChannelFutureListener.CLOSE));
        } catch (RejectedExecutionException e) {
            // The loop has ended and has closed the connection.
            LOG.debug("a stream ends after the server", e);
        }
    }
}
