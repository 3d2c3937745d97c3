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
 * The connections that are relayed for a published port. Their number is bounded, because any client can open many. At the limit the connection
 * that has been idle for longest is closed in favour of the new one, if it has been idle for a minute; otherwise the new one is refused.
 * Thread-safe.
 */
final class Relays implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Relays.class);
    private static final RateLimitedLogger REFUSALS = new RateLimitedLogger(LoggerFactory.getLogger(Relays.class));
    private static final long MIN_IDLE_MS = 60_000;
    private static final long MAX_IDLE_MS = 3_600_000;
    private static final int CONNECT_TIMEOUT_MS = 10_000;
    /** The time in which a closed connection returns its share of the budget. */
    private static final int CLOSE_TIMEOUT_MS = 1_000;

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

    /** Relays a connection, or closes it. Must be called on one thread only. */
    void add(SocketChannel client) {
        boolean isFree = open.size() < budget.maxPerPort() && budget.take(0);
        if (isFree || closeIdlest() && budget.take(CLOSE_TIMEOUT_MS)) {
            Relay relay = new Relay(client);
            open.add(relay);
            Thread.ofVirtual().name("relay " + port.host()).start(relay::run);
            return;
        }
        refused++;
        REFUSALS.warn("published port " + port.host() + ": a connection is refused because " + open.size()
                + " are relayed and none is idle (refused so far: " + refused + ")");
        close(client);
    }

    /** Closes the connection that has been idle for longest. Returns false if none is idle. */
    private boolean closeIdlest() {
        Optional<Relay> idlest = open.stream().min(Comparator.comparingLong(relay -> relay.lastUsedMs));
        if (idlest.isEmpty() || clockMs.getAsLong() - idlest.get().lastUsedMs < MIN_IDLE_MS) return false;
        idlest.get().end();
        return true;
    }

    /** Closes connections that have been idle for an hour. Must be called from time to time. */
    void closeIdle() {
        long nowMs = clockMs.getAsLong();
        for (Relay relay : open) if (nowMs - relay.lastUsedMs >= MAX_IDLE_MS) relay.end();
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
            LOG.trace("a channel failed to close", e);
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
            try {
                String to = port.containerAddress().orElseThrow().toString();
                // Detects a peer that no longer exists.
                client.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
                container = SocketChannel.open();
                container
                        .socket()
                        .connect(
                                new InetSocketAddress(InetAddress.ofLiteral(to), port.containerPort()),
                                CONNECT_TIMEOUT_MS);
                Thread back = Thread.ofVirtual().name("relay back").start(() -> copy(container, client));
                copy(client, container);
                back.join();
            } catch (IOException e) {
                LOG.debug("cannot relay {} to {}", port.host(), port.container(), e);
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

        /** Copies until the sender closes its side, and then closes that of the receiver. */
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
                LOG.debug("a relayed connection failed", e);
                end();
            }
        }
    }
}
