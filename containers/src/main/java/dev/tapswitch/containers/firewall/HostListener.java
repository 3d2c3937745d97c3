package dev.tapswitch.containers.firewall;

import dev.tapswitch.control.switches.Clock;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds a published port on the host, so that no other program can take it and one that has it is noticed at once. Nearly all packets to
 * it are translated by nftables and never come here; those that the kernel can't translate do, and TCP is relayed: to [::1], and over IPv6 to a
 * container that has IPv4 only.
 */
final class HostListener implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HostListener.class);

    private static final long PAUSE_NANOS = 100_000_000;

    private final NetworkChannel channel;
    private final PublishedPort port;

    private final Relays relays;

    private HostListener(NetworkChannel channel, PublishedPort port, RelayBudget budget) {
        this.channel = channel;
        this.port = port;
        this.relays = new Relays(port, budget, Clock::nowMs);
    }

    /** Takes the port; where {@code wanted} is 0, one that is free. IOException where another has it, or the host has no such address. */
    static HostListener open(PublishedPort wanted, RelayBudget budget) throws IOException {
        InetSocketAddress address = wanted.hostAddress().isEmpty()
                ? new InetSocketAddress(wanted.hostPort())
                : new InetSocketAddress(InetAddress.ofLiteral(wanted.hostAddress()), wanted.hostPort());
        return switch (wanted.protocol()) {
            case "tcp" -> {
                var server = ServerSocketChannel.open();
                bind(server, address, wanted);
                var listener =
                        new HostListener(server, wanted.at(server.socket().getLocalPort()), budget);
                Thread.ofVirtual().name("relay " + listener.port.host()).start(() -> listener.accept(server));
                yield listener;
            }
            case "udp" -> {
                var socket = wanted.hostAddress().isEmpty() || wanted.isIpv6()
                        ? DatagramChannel.open()
                        : DatagramChannel.open(StandardProtocolFamily.INET);
                bind(socket, address, wanted);
                yield new HostListener(socket, wanted.at(socket.socket().getLocalPort()), budget);
            }
            default -> new HostListener(null, wanted, budget);
        };
    }

    /** For a port that another program has taken meanwhile: its packets are translated all the same. */
    static HostListener unheld(PublishedPort port, RelayBudget budget) {
        return new HostListener(null, port, budget);
    }

    private static void bind(NetworkChannel channel, InetSocketAddress address, PublishedPort wanted)
            throws IOException {
        try {
            channel.bind(address);
        } catch (IOException e) {
            channel.close();
            if (e instanceof BindException && e.getMessage().contains("assign")) {
                throw new IOException("this host has no address " + wanted.hostAddress(), e);
            }
            throw e;
        }
    }

    /** The port with the number that it has. */
    PublishedPort port() {
        return port;
    }

    /** Closes relayed connections that are idle for long. */
    void closeIdle() {
        relays.closeIdle();
    }

    @Override
    public void close() {
        relays.close();
        try {
            if (channel != null) channel.close();
        } catch (IOException e) {
            LOG.debug("closing {}", port.host(), e);
        }
    }

    private void accept(ServerSocketChannel server) {
        while (server.isOpen()) {
            try {
                relays.add(server.accept());
            } catch (IOException e) {
                if (!server.isOpen()) return;
                // Without a free descriptor it fails at once, again and again.
                LOG.debug("accepting on {}", port.host(), e);
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
    }
}
