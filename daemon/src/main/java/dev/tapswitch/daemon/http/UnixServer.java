package dev.tapswitch.daemon.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.handler.codec.http.HttpObjectAggregator;
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
    private static final int MOST_BODY_BYTES = 1 << 20;

    private final Path socket;
    private final EventLoopGroup loop;
    private final Channel channel;

    private UnixServer(Path socket, EventLoopGroup loop, Channel channel) {
        this.socket = socket;
        this.loop = loop;
        this.channel = channel;
    }

    /**
     * Listens from now on; IOException says on one line why it can't, another daemon's being there among the reasons.
     *
     * @param name of its thread
     * @param idleSeconds after so long without a byte the handler hears an IdleStateEvent; 0 for never
     * @param handlers a handler of FullHttpRequest for each connection
     */
    public static UnixServer start(Path socket, String name, int idleSeconds, Supplier<ChannelHandler> handlers)
            throws IOException {
        SocketFile.makeRoom(socket);
        EventLoopGroup loop =
                new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory(name, true), EpollIoHandler.newFactory());
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loop)
                .channel(EpollServerDomainSocketChannel.class)
                .childOption(ChannelOption.ALLOCATOR, UnpooledByteBufAllocator.DEFAULT)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel connection) {
                        connection
                                .pipeline()
                                .addLast(new IdleStateHandler(0, 0, idleSeconds, TimeUnit.SECONDS))
                                .addLast(new HttpServerCodec())
                                .addLast(new HttpObjectAggregator(MOST_BODY_BYTES))
                                .addLast(handlers.get());
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
    public void makeWay() {
        channel.close().awaitUninterruptibly();
        try {
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            LoggerFactory.getLogger(UnixServer.class).warn("cannot remove {}: {}", socket, e.getMessage());
        }
    }

    /** Takes no more requests and removes the socket, if it is still ours; answers that are under way have a moment. */
    @Override
    public void close() {
        if (channel.isOpen()) makeWay();
        // A loop that ends closes its connections first: what was answered is to be written before.
        loop.submit(() -> {}).awaitUninterruptibly();
        loop.shutdownGracefully(0, 200, TimeUnit.MILLISECONDS).awaitUninterruptibly();
    }
}
