package dev.tapswitch.control.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;

/**
 * Hands a connection's bytes to the HTTP decoder while it is open, and holds back what came meanwhile. Else one read would become as many request
 * objects as fit into it, and of more than 128 that wait Netty's codec drops the connection. Event loop.
 */
final class InputGate extends ChannelInboundHandlerAdapter {
    /** At most 28 requests. */
    private static final int SLICE_BYTES = 512;

    private ChannelHandlerContext context;
    private CompositeByteBuf held;
    private boolean isShut;
    private boolean isDiscarding;
    private boolean isDraining;
    /** The end of the input has come. */
    private boolean hasEnded;

    /** It has come, and is to be passed on after what is held back. */
    private boolean isEndHeld;

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        context = added;
        held = added.alloc().compositeBuffer(Integer.MAX_VALUE);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext removed) {
        held.release();
    }

    /** Nothing is handed on from now. */
    void shut() {
        isShut = true;
    }

    /** What was held back is handed on, until the gate is shut again. */
    void open() {
        isShut = false;
        drain();
    }

    /** What comes from now on is nobody's; it is read so that the client's end is noticed. */
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

    /** The end of the input comes after the input. Of ChannelInputShutdownEvent, which comes before, the decoder would throw away what it has. */
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
        // A request that is answered at once opens the gate while the loop below runs.
        if (isDraining) return;
        isDraining = true;
        while (!isShut && held.isReadable() && context.channel().isActive())
            context.fireChannelRead(held.readRetainedSlice(Math.min(SLICE_BYTES, held.readableBytes())));
        isDraining = false;
        held.discardReadComponents();
        readOrPassEnd();
    }

    private void readOrPassEnd() {
        // Netty fails to read on after the end.
        if (!hasEnded) context.channel().config().setAutoRead(!held.isReadable());
        if (!isEndHeld || held.isReadable()) return;
        isEndHeld = false;
        context.fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE);
    }
}
