package dev.tapswitch.control.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.UnixChannel;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.LoggerFactory;

/**
 * Listens on a unix socket with a dedicated event loop, and passes whole requests to one handler per connection. A hand-over moves the listening socket and the
 * connections to the server of another process, in this order: {@link #pause}, {@link #release}, {@link #close}.
 */
public final class UnixServer implements AutoCloseable {
    private static final int MAX_BODY_BYTES = 1 << 20;
    private static final int READ_BYTES = 4_096;
    /** The limits of output that the client has not read yet, besides the part in progress. */
    private static final WriteBufferWaterMark UNREAD_BYTES = new WriteBufferWaterMark(4_096, 8_192);

    private static final int MAX_CONNECTIONS = 2_000;

    private final Path socket;
    private final EventLoop loop;
    private final int idleSeconds;
    private final Supplier<RequestHandler> handlers;
    /** The open connections. Event loop only. */
    private final Map<Channel, RequestHandler> connections = new LinkedHashMap<>();

    private Channel listener;
    private boolean isReleased;
    /** Event loop only. */
    private boolean isPaused;

    private volatile boolean isClosing;

    private UnixServer(Path socket, String name, int idleSeconds, Supplier<RequestHandler> handlers) {
        this.socket = socket;
        this.idleSeconds = idleSeconds;
        this.handlers = handlers;
        this.loop = new MultiThreadIoEventLoopGroup(
                        1, new DefaultThreadFactory(name, true), EpollIoHandler.newFactory())
                .next();
        loop.terminationFuture().addListener(ended -> {
            if (!isClosing) escalate();
        });
    }

    /** Netty only logs an error that ends the loop, and then no request is served any more. */
    private static void escalate() {
        Thread thread = Thread.currentThread();
        thread.getUncaughtExceptionHandler()
                .uncaughtException(thread, new InternalError("the server's event loop ended"));
    }

    /**
     * Starts to listen.
     *
     * @param name of the thread
     * @param idleSeconds the time without a byte after which the handler gets an IdleStateEvent; 0 for never
     * @param handlers creates a handler for each connection
     * @throws IOException with the reason on one line, for example that another daemon listens
     */
    public static UnixServer start(Path socket, String name, int idleSeconds, Supplier<RequestHandler> handlers)
            throws IOException {
        SocketFile.removeStale(socket);
        UnixServer server = new UnixServer(socket, name, idleSeconds, handlers);
        var bound = server.bootstrap()
                .channel(EpollServerDomainSocketChannel.class)
                .bind(new DomainSocketAddress(socket.toFile()))
                .awaitUninterruptibly();
        server.require(bound);
        SocketFile.restrict(socket);
        return server;
    }

    /**
     * Continues the server of another process.
     *
     * @param descriptors what {@link #release} returned there, or duplicates; this server owns them
     */
    static UnixServer resume(
            Path socket, int[] descriptors, String name, int idleSeconds, Supplier<RequestHandler> handlers)
            throws IOException {
        UnixServer server = new UnixServer(socket, name, idleSeconds, handlers);
        var registered = server.bootstrap()
                .channelFactory(() -> new EpollServerDomainSocketChannel(descriptors[0], true))
                .register()
                .awaitUninterruptibly();
        server.require(registered);
        // The pipeline treats them as if they had just been accepted.
        server.loop.execute(() -> Arrays.stream(descriptors)
                .skip(1)
                .forEach(fd -> server.listener.pipeline().fireChannelRead(new EpollDomainSocketChannel(fd, true))));
        return server;
    }

    private ServerBootstrap bootstrap() {
        return new ServerBootstrap()
                .group(loop)
                .childOption(ChannelOption.ALLOCATOR, UnpooledByteBufAllocator.DEFAULT)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES))
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, UNREAD_BYTES)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel connection) {
                        serve(connection);
                    }
                });
    }

    private void require(ChannelFuture started) throws IOException {
        if (!started.isSuccess()) {
            isClosing = true;
            loop.shutdownGracefully(0, 0, TimeUnit.SECONDS).awaitUninterruptibly();
            throw new IOException(
                    "cannot listen on " + socket + ": " + started.cause().getMessage(), started.cause());
        }
        listener = started.channel();
    }

    /** Must be called on the event loop. */
    private void serve(Channel connection) {
        if (connections.size() >= MAX_CONNECTIONS) {
            var _ = connection.close();
            return;
        }
        RequestHandler handler = handlers.get();
        connections.put(connection, handler);
        connection.closeFuture().addListener(closed -> connections.remove(connection));
        connection
                .pipeline()
                .addLast(new IdleStateHandler(0, 0, idleSeconds, TimeUnit.SECONDS))
                .addLast(handler.gate())
                .addLast(handler.decoder())
                .addLast(new HttpResponseEncoder())
                .addLast(new Aggregator(MAX_BODY_BYTES))
                .addLast(handler);
        if (isPaused) handler.pause();
    }

    /**
     * Reads no further requests and accepts no connections until {@link #resume} or {@link #release}; they wait in the kernel. Requests that were read are
     * served. When this returns, all of them have been passed to their handlers.
     */
    public void pause() {
        setPaused(true);
    }

    /** Ends a {@link #pause}. */
    public void resume() {
        setPaused(false);
    }

    private void setPaused(boolean paused) {
        loop.submit(() -> {
                    isPaused = paused;
                    listener.config().setAutoRead(!paused);
                    connections.values().forEach(paused ? RequestHandler::pause : RequestHandler::resume);
                })
                .syncUninterruptibly();
    }

    /**
     * Stops serving the listening socket and all connections that wait for a request, and returns their descriptors, the listening socket's first. They stay
     * open until this process ends. Other connections are served until {@link #close}, but get no further request.
     */
    public int[] release() {
        isReleased = true;
        List<Channel> released =
                loop.submit(this::idleConnections).syncUninterruptibly().getNow();
        released.addFirst(listener);
        // Netty deregisters later, and until then it closes the descriptor of a client that hangs up.
        released.forEach(channel -> channel.deregister().syncUninterruptibly());
        return released.stream()
                .filter(Channel::isOpen)
                .mapToInt(channel -> ((UnixChannel) channel).fd().intValue())
                .toArray();
    }

    /** Must be called on the event loop. */
    private List<Channel> idleConnections() {
        List<Channel> idle = new ArrayList<>();
        connections.forEach((connection, handler) -> {
            if (handler.isIdle()) idle.add(connection);
        });
        return idle;
    }

    /**
     * Accepts no more requests, and removes the socket unless it was released. Responses in progress have a grace period. A second call does nothing.
     */
    @Override
    public void close() {
        if (loop.isShuttingDown()) return;
        isClosing = true;
        if (!isReleased) stopListening();
        // A loop that ends closes its connections first, so pending responses must be written before.
        loop.submit(() -> {}).awaitUninterruptibly();
        loop.shutdownGracefully(0, 200, TimeUnit.MILLISECONDS).awaitUninterruptibly();
    }

    private void stopListening() {
        listener.close().awaitUninterruptibly();
        try {
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            LoggerFactory.getLogger(UnixServer.class).warn("cannot remove {}: {}", socket, e.getMessage());
        }
    }
}
