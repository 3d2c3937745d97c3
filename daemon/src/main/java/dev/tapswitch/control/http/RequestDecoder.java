package dev.tapswitch.control.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;

/** Decodes requests, and knows whether it has read a part of one. Must be used on the event loop. */
final class RequestDecoder extends HttpRequestDecoder {
    private boolean isInRequest;

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws Exception {
        int before = in.readableBytes();
        super.decode(context, in, out);
        if (in.readableBytes() < before) isInRequest = true;
        if (!out.isEmpty() && out.getLast() instanceof LastHttpContent) isInRequest = false;
    }

    /** Whether all bytes that it was given belong to requests that it has passed on. */
    boolean isBetweenRequests() {
        return !isInRequest && actualReadableBytes() == 0;
    }
}
