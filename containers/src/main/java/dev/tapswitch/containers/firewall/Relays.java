package dev.tapswitch.containers.firewall;

import dev.tapswitch.control.log.RateLimitedLogger;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections that are relayed for one published port, bounded: whoever reaches the port opens as many as they like. At the limit the one
 * that was idle for longest gives way, if for a minute at least; else the new one is refused. Thread-safe.
 */
final class Relays implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Relays.class);
    private static final RateLimitedLogger REFUSALS = new RateLimitedLogger(LoggerFactory.getLogger(Relays.class));
    private static final long GIVES_WAY_MS = 60_000;
    private static final long LONGEST_IDLE_MS = 3_600_000;
    private static final int CONNECT_MS = 10_000;
    /** For one that was closed to end. */
    private static final int ENDING_MS = 1_000;

    private final PublishedPort port;
    private final RelayBudget budget;
    private final LongSupplier clockMs;
    private final Set<Relay> open = ConcurrentHashMap.newKeySet();
    private long refused;

    Relays(PublishedPort port, RelayBudget budget, LongSupplier clockMs) {
        this.port = port;
        this.budget = budget;
        this.clockMs = clockMs;
    }

    /** Relays a connection from now on, or closes it. One thread. */
    void add(SocketChannel client) {
        boolean isFree = open.size() < budget.mostOfAPort() && budget.take(0);
        if (isFree || closeIdlest() && budget.take(ENDING_MS)) {
            Relay relay = new Relay(client);
            open.add(relay);
            Thread.ofVirtual().name("relay " + port.host()).start(relay::run);
            return;
        }
        refused++;
        REFUSALS.warn("published port " + port.host() + ": a connection is refused, as " + open.size()
                + " of it are relayed and none is idle (refused so far: " + refused + ")");
        close(client);
    }

    /** Closes the one that was idle for longest; false where none is idle. */
    private boolean closeIdlest() {
        Optional<Relay> idlest = open.stream().min(Comparator.comparingLong(relay -> relay.lastUsedMs));
        if (idlest.isEmpty() || clockMs.getAsLong() - idlest.get().lastUsedMs < GIVES_WAY_MS) return false;
        idlest.get().end();
        return true;
    }

    /** Closes connections on which nothing has moved for an hour. To be called every so often. */
    void closeIdle() {
        long nowMs = clockMs.getAsLong();
        for (Relay relay : open) if (nowMs - relay.lastUsedMs >= LONGEST_IDLE_MS) relay.end();
    }

    int count() {
        return open.size();
    }

    @Override
    public void close() {
        open.forEach(Relay::end);
    }

    private static void close(SocketChannel channel) {
        try {
            if (channel != null) channel.close();
        } catch (IOException e) {
            LOG.trace("closing", e);
        }
    }

    private final class Relay {
        private final SocketChannel client;
        private volatile SocketChannel container;
        private volatile long lastUsedMs = clockMs.getAsLong();

        Relay(SocketChannel client) {
            this.client = client;
        }

        void run() {
            String to = port.ipv4().isEmpty() ? port.ipv6() : port.ipv4();
            try {
                // A peer that is gone for good is noticed.
                client.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
                container = SocketChannel.open();
                container
                        .socket()
                        .connect(new InetSocketAddress(InetAddress.ofLiteral(to), port.containerPort()), CONNECT_MS);
                Thread back = Thread.ofVirtual().name("relay back").start(() -> copy(container, client));
                copy(client, container);
                back.join();
            } catch (IOException e) {
                LOG.debug("relaying {} to {}", port.host(), port.container(), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                end();
                budget.release();
                open.remove(this);
            }
        }

        void end() {
            close(client);
            close(container);
        }

        /** Until the sender ends; then the receiver is told of the end too. */
        private void copy(SocketChannel from, SocketChannel to) {
            var buffer = ByteBuffer.allocate(16_384);
            try {
                while (from.read(buffer.clear()) >= 0) {
                    lastUsedMs = clockMs.getAsLong();
                    buffer.flip();
                    while (buffer.hasRemaining()) to.write(buffer);
                }
                to.shutdownOutput();
            } catch (IOException e) {
                LOG.debug("a relayed connection broke", e);
                end();
            }
        }
    }
}
