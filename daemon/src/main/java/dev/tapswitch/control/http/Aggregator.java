package dev.tapswitch.control.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpExpectationFailedEvent;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.TooLongHttpContentException;

/** Assembles whole requests. Passes on a request that is too long as a failed one, so that the response to it is sent in order, and skips its body. */
final class Aggregator extends HttpObjectAggregator {
    private final int limit;

    Aggregator(int limit) {
        super(limit);
        this.limit = limit;
    }

    /** Refuses in order, too, a client that asks before it sends a body that is too long (Expect: 100-continue). */
    @Override
    protected Object newContinueResponse(HttpMessage start, int maxLength, ChannelPipeline pipeline) {
        boolean isRefused = HttpUtil.is100ContinueExpected(start) && HttpUtil.getContentLength(start, 0L) > maxLength;
        if (!isRefused) return super.newContinueResponse(start, maxLength, pipeline);
        // The decoder must not wait for a body.
        pipeline.fireUserEventTriggered(HttpExpectationFailedEvent.INSTANCE);
        return null;
    }

    @Override
    protected void handleOversizedMessage(ChannelHandlerContext context, HttpMessage oversized) {
        HttpRequest request = (HttpRequest) oversized;
        var failed = new DefaultFullHttpRequest(request.protocolVersion(), request.method(), request.uri());
        failed.headers().set(request.headers());
        failed.setDecoderResult(
                DecoderResult.failure(new TooLongHttpContentException("the body is longer than " + limit + " bytes")));
        context.fireChannelRead(failed);
    }
}
