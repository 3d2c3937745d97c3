package dev.tapswitch.control.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;

/**
 * Passes the bytes of a connection to the HTTP decoder while it is open, and holds them back while it is shut. Without it, the decoder would turn one read
 * into as many requests as it contains, and Netty's codec drops a connection with more than 128 waiting requests. Must be used on the event loop.
 */
final class InputGate extends ChannelInboundHandlerAdapter {
    /** The bytes that the decoder gets at once: at most 28 requests. */
    private static final int SLICE_BYTES = 512;

    private final RequestDecoder decoder;
    private ChannelHandlerContext context;
    private CompositeByteBuf held;
    private boolean isShut;
    private boolean isDiscarding;
    private boolean isDraining;
    /** Whether no further request is read. */
    private boolean isPaused;
    /** Whether the client has shut down its side. */
    private boolean hasEnded;

    /** Whether the end of the input is still to be passed on, after the bytes that are held back. */
    private boolean isEndHeld;

    InputGate(RequestDecoder decoder) {
        this.decoder = decoder;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
        held = added.alloc().compositeBuffer(Integer.MAX_VALUE);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext removed) {
        held.release();
    }

    /** Holds back the input. */
    void shut() {
        isShut = true;
    }

    /** Passes on what was held back, until the gate is shut again. */
    void open() {
        isShut = false;
        drain();
    }

    /** Reads nothing more, except the rest of a request of which a part was read. */
    void pause() {
        isPaused = true;
        readOrPassEnd();
    }

    /** Ends a pause. */
    void resume() {
        isPaused = false;
        readOrPassEnd();
    }

    /** Whether no part of a request was read that is not passed on yet, and the client has not shut down its side. */
    boolean isBetweenRequests() {
        return !hasEnded && !held.isReadable() && decoder.isBetweenRequests();
    }

    /** Discards further input, which is read only to detect that the client has closed the connection. */
    void discard() {
        isDiscarding = true;
        held.clear().discardReadComponents();
        readOrPassEnd();
    }

    @Override
    public void channelRead(ChannelHandlerContext from, Object bytes) {
        if (isDiscarding) ((ByteBuf) bytes).release();
        else held.addComponent(true, (ByteBuf) bytes);
        drain();
    }

    /** Delays ChannelInputShutdownEvent until all input is passed on: the decoder would discard what it has. */
    @Override
    public void userEventTriggered(ChannelHandlerContext from, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) return;
        if (event != ChannelInputShutdownReadComplete.INSTANCE) {
            from.fireUserEventTriggered(event);
            return;
        }
        hasEnded = true;
        isEndHeld = true;
        readOrPassEnd();
    }

    private void drain() {
        // The response to a request may be sent immediately, which opens the gate while the loop below runs.
        if (isDraining) return;
        isDraining = true;
        while (!isShut && held.isReadable() && context.channel().isActive())
            context.fireChannelRead(held.readRetainedSlice(Math.min(SLICE_BYTES, held.readableBytes())));
        isDraining = false;
        held.discardReadComponents();
        readOrPassEnd();
    }

    private void readOrPassEnd() {
        // Netty fails if the channel is read after the end of its input.
        if (!hasEnded) context.channel().config().setAutoRead(!held.isReadable() && !isAtPause());
        if (!isEndHeld || held.isReadable()) return;
        isEndHeld = false;
        context.fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE);
    }

    private boolean isAtPause() {
        return isPaused && !isDiscarding && decoder.isBetweenRequests();
    }
}
