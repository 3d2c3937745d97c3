package dev.tapswitch.control.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.LoggerFactory;

/** Listens on a unix socket, on an event loop of its own, and hands whole requests to a handler per connection. */
public final class UnixServer implements AutoCloseable {
    private static final int MAX_BODY_BYTES = 1 << 20;
    private static final int READ_BYTES = 4_096;
    /** What is made of an answer, and not yet taken by its reader, beside the part that is being made. */
    private static final WriteBufferWaterMark UNREAD_BYTES = new WriteBufferWaterMark(4_096, 8_192);

    private static final int MAX_CONNECTIONS = 2_000;

    private final Path socket;
    private final EventLoopGroup loop;
    private final Channel channel;
    private volatile boolean isClosing;

    private UnixServer(Path socket, EventLoopGroup loop, Channel channel) {
        this.socket = socket;
        this.loop = loop;
        this.channel = channel;
        loop.terminationFuture().addListener(ended -> {
            if (!isClosing) escalate();
        });
    }

    /** Netty logs what ends a loop; but then nobody answers any more. */
    private static void escalate() {
        Thread thread = Thread.currentThread();
        thread.getUncaughtExceptionHandler()
                .uncaughtException(thread, new InternalError("the server's event loop ended"));
    }

    /**
     * Listens from now on; IOException says on one line why it can't, another daemon's being there among the reasons.
     *
     * @param name of its thread
     * @param idleSeconds after so long without a byte the handler hears an IdleStateEvent; 0 for never
     * @param handlers a handler for each connection
     */
    public static UnixServer start(Path socket, String name, int idleSeconds, Supplier<RequestHandler> handlers)
            throws IOException {
        SocketFile.removeStale(socket);
        EventLoopGroup loop =
                new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory(name, true), EpollIoHandler.newFactory());
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loop)
                .channel(EpollServerDomainSocketChannel.class)
                .childOption(ChannelOption.ALLOCATOR, UnpooledByteBufAllocator.DEFAULT)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES))
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, UNREAD_BYTES)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    // Event loop only.
                    private int connections;

                    @Override
                    protected void initChannel(Channel connection) {
                        connection.closeFuture().addListener(closed -> connections--);
                        if (++connections > MAX_CONNECTIONS) {
                            var _ = connection.close();
                            return;
                        }
                        RequestHandler handler = handlers.get();
                        connection
                                .pipeline()
                                .addLast(new IdleStateHandler(0, 0, idleSeconds, TimeUnit.SECONDS))
                                .addLast(handler.gate())
                                .addLast(new HttpServerCodec())
                                .addLast(new Aggregator(MAX_BODY_BYTES))
                                .addLast(handler);
                    }
                });
        var bound = bootstrap.bind(new DomainSocketAddress(socket.toFile())).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            loop.shutdownGracefully(0, 0, TimeUnit.SECONDS).awaitUninterruptibly();
            throw new IOException(
                    "cannot listen on " + socket + ": " + bound.cause().getMessage(), bound.cause());
        }
        SocketFile.restrict(socket);
        return new UnixServer(socket, loop, bound.channel());
    }

    /** Takes no more connections and removes the socket, for another process to listen there; those that there are go on. */
    public void stopListening() {
        channel.close().awaitUninterruptibly();
        try {
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            LoggerFactory.getLogger(UnixServer.class).warn("cannot remove {}: {}", socket, e.getMessage());
        }
    }

    /** Takes no more requests and removes the socket, if it is still ours; answers that are under way have a moment. A second call does nothing. */
    @Override
    public void close() {
        // A hand-over closes the server before its owner does.
        if (loop.isShuttingDown()) return;
        isClosing = true;
        if (channel.isOpen()) stopListening();
        // A loop that ends closes its connections first: what was answered is to be written before.
        loop.submit(() -> {}).awaitUninterruptibly();
        loop.shutdownGracefully(0, 200, TimeUnit.MILLISECONDS).awaitUninterruptibly();
    }
}
