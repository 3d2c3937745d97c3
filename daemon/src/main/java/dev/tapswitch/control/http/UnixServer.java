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

/** Listens on a unix socket with a dedicated event loop, and passes whole requests to one handler per connection. */
public final class UnixServer implements AutoCloseable {
    private static final int MAX_BODY_BYTES = 1 << 20;
    private static final int READ_BYTES = 4_096;
    /** The limits of output that the client has not read yet, besides the part in progress. */
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

    /** Netty only logs an error that ends the loop, but then no request is answered any more. */
    private static void escalate() {
        Thread thread = Thread.currentThread();
        thread.getUncaughtExceptionHandler()
                .uncaughtException(thread, new InternalError("the server's event loop ended"));
    }

    /**
     * Starts to listen. IOException says on one line why it cannot, for example because another daemon listens.
     *
     * @param name of the thread
     * @param idleSeconds the handler gets an IdleStateEvent after so long without a byte; 0 for never
     * @param handlers creates a handler for each connection
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

    /** Accepts no more connections and removes the socket, so that another process can listen there. Open connections continue. */
    public void stopListening() {
        channel.close().awaitUninterruptibly();
        try {
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            LoggerFactory.getLogger(UnixServer.class).warn("cannot remove {}: {}", socket, e.getMessage());
        }
    }

    /** Accepts no more requests and removes the socket if it is still this server's. Answers in progress have a grace period. A second call does nothing. */
    @Override
    public void close() {
        // A hand-over closes the server before its owner does.
        if (loop.isShuttingDown()) return;
        isClosing = true;
        if (channel.isOpen()) stopListening();
        // A loop that ends closes its connections first, so pending answers must be written before.
        loop.submit(() -> {}).awaitUninterruptibly();
        loop.shutdownGracefully(0, 200, TimeUnit.MILLISECONDS).awaitUninterruptibly();
    }
}
