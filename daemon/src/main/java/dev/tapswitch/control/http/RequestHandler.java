package dev.tapswitch.control.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.timeout.IdleStateEvent;
import java.util.ArrayDeque;
import java.util.Queue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles the requests of one connection in order (RFC 9112 9.3.2). The next request is handled after the response to the previous one is written and the
 * client has read most of it. Until then, the {@link InputGate} is shut. A client that has shut down its side still gets its responses. Must be used on
 * the event loop.
 */
public abstract class RequestHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(RequestHandler.class);
    /** The number of idle periods after which a connection whose client reads nothing is closed. */
    private static final int MAX_STALLED_PERIODS = 5;

    /** The start of the error in the response to a request that failed because of a bug. The fuzzer searches for it. */
    public static final String BUG = "the request failed because of a bug; see the log of the daemon: ";

    private final RequestDecoder decoder = new RequestDecoder();
    private final InputGate gate = new InputGate(decoder);
    /** The requests that the decoder found in one slice of bytes. */
    private final Queue<Exchange> waiting = new ArrayDeque<>();

    private volatile Channel channel;
    private Exchange current;
    private Runnable onWritable;
    private int stalledPeriods;
    private boolean isInputShut;
    private boolean isDetached;

    /** Starts to handle a request. Must be followed by a call of one of the methods of the exchange that respond, on any thread. */
    protected abstract void handle(Exchange exchange);

    /** The gate, which must be placed before the decoder. */
    InputGate gate() {
        return gate;
    }

    RequestDecoder decoder() {
        return decoder;
    }

    /** Reads no further request from the connection. A request of which a part was read is still read. */
    void pause() {
        gate.pause();
    }

    /** Ends a pause. */
    void resume() {
        gate.resume();
    }

    /** Whether the connection waits for a request of which no byte was read, and its client gets nothing more before it. */
    boolean isIdle() {
        var unsent = channel.unsafe().outboundBuffer();
        return current == null
                && waiting.isEmpty()
                && !isDetached
                && !isInputShut
                && gate.isBetweenRequests()
                && channel.isActive()
                && (unsent == null || unsent.isEmpty());
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        channel = context.channel();
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpRequest http) {
        waiting.add(new Exchange(this, http));
        next();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        Runnable task = onWritable;
        if (task == null || !context.channel().isWritable()) return;
        onWritable = null;
        task.run();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        waiting.clear();
        onWritable = null;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event == ChannelInputShutdownReadComplete.INSTANCE) {
            isInputShut = true;
            if (isDetached) close();
            else if (current == null) closeWhenSent();
        } else if (event instanceof IdleStateEvent) {
            boolean isStalled = onWritable != null && ++stalledPeriods >= MAX_STALLED_PERIODS;
            if (current == null || isStalled) close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        LOG.debug("a connection failed", cause);
        close();
    }

    Channel channel() {
        return channel;
    }

    /** Called when the response to the current request is written. */
    void onResponded() {
        whenWritable(() -> {
            current = null;
            next();
        });
    }

    /** Runs a task now, or as soon as the client has read most of what was written. */
    void whenWritable(Runnable task) {
        if (!channel.isActive()) return;
        if (channel.isWritable()) {
            stalledPeriods = 0;
            task.run();
        } else {
            onWritable = task;
        }
    }

    /** Releases the connection to another writer until it ends. May be called on any thread. */
    void detach() {
        channel.eventLoop().execute(() -> {
            isDetached = true;
            if (isInputShut) close();
            else gate.discard();
        });
    }

    private void next() {
        if (current != null || isDetached) return;
        current = waiting.poll();
        if (current != null) {
            gate.shut();
            handle(current);
        } else if (isInputShut) {
            closeWhenSent();
        } else {
            gate.open();
        }
    }

    private void closeWhenSent() {
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    private void close() {
        var _ = channel.close();
    }
}
