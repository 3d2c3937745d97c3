package dev.tapswitch.containers.firewall;

import dev.tapswitch.control.switches.Clock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Binds a published port on the host, so that no other program can use it and a conflict is found at once. nftables translates nearly all packets
 * to the port. Connections that the kernel cannot translate arrive here and are relayed (TCP only): those to [::1], and those over IPv6 to a
 * container without IPv6.
 */
final class HostListener implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HostListener.class);

    private static final long RETRY_NANOS = 100_000_000;

    private final NetworkChannel channel;
    private final PublishedPort port;

    private final Relays relays;

    private HostListener(NetworkChannel channel, PublishedPort port, RelayBudget budget) {
        this.channel = channel;
        this.port = port;
        this.relays = new Relays(port, budget, Clock::nowMs);
    }

    /** Binds the port; if the host port of {@code wanted} is 0, a free one. IOException says why it cannot be bound. */
    static HostListener open(PublishedPort wanted, RelayBudget budget) throws IOException {
        InetSocketAddress address = wanted.hostAddress()
                .map(host -> new InetSocketAddress(InetAddress.ofLiteral(host.toString()), wanted.hostPort()))
                .orElseGet(() -> new InetSocketAddress(wanted.hostPort()));
        return switch (wanted.protocol()) {
            case "tcp" -> {
                var server = ServerSocketChannel.open();
                bind(server, address);
                var listener =
                        new HostListener(server, wanted.at(server.socket().getLocalPort()), budget);
                Thread.ofVirtual().name("relay " + listener.port.host()).start(() -> listener.accept(server));
                yield listener;
            }
            case "udp" -> {
                var socket = wanted.hostAddress().isEmpty() || wanted.isIpv6()
                        ? DatagramChannel.open()
                        : DatagramChannel.open(StandardProtocolFamily.INET);
                bind(socket, address);
                yield new HostListener(socket, wanted.at(socket.socket().getLocalPort()), budget);
            }
            default -> new HostListener(null, wanted, budget);
        };
    }

    /** A port that is not bound, because another program uses it now. Its packets are translated all the same. */
    static HostListener unbound(PublishedPort port, RelayBudget budget) {
        return new HostListener(null, port, budget);
    }

    private static void bind(NetworkChannel channel, InetSocketAddress address) throws IOException {
        try {
            channel.bind(address);
        } catch (IOException e) {
            channel.close();
            throw new IOException(reason(e, address.getAddress()), e);
        }
    }

    /** The reason why an address cannot be bound. A BindException does not tell whether the host has the address, so its interfaces are checked. */
    private static String reason(IOException failure, InetAddress address) throws SocketException {
        boolean isOfHost = address.isAnyLocalAddress()
                || address.isLoopbackAddress()
                || NetworkInterface.getByInetAddress(address) != null;
        return isOfHost ? failure.getMessage() : "this host has no address " + address.getHostAddress();
    }

    /** The port, with the number that is bound. */
    PublishedPort port() {
        return port;
    }

    /** Closes relayed connections that have been idle for a long time. */
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
                // Without a free descriptor, accept() fails immediately each time.
                LOG.debug("accepting on {}", port.host(), e);
                LockSupport.parkNanos(RETRY_NANOS);
            }
        }
    }
}
