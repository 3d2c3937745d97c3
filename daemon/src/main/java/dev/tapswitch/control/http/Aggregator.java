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

/** Makes whole requests. One that is too long goes on as a failed one, to be answered in its turn, and its body is skipped. */
final class Aggregator extends HttpObjectAggregator {
    private final int limit;

    Aggregator(int limit) {
        super(limit);
        this.limit = limit;
    }

    /** A client that asks first whether it may send too much is refused in its turn, too. */
    @Override
    protected Object newContinueResponse(HttpMessage start, int maxLength, ChannelPipeline pipeline) {
        boolean isRefused = HttpUtil.is100ContinueExpected(start) && HttpUtil.getContentLength(start, 0L) > maxLength;
        if (!isRefused) return super.newContinueResponse(start, maxLength, pipeline);
        // Has the decoder wait for no body.
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
