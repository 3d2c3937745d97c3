package dev.tapswitch.daemon.nat;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NetworkChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds a published port on the host, so that no other program can take it and one that has it is noticed at once. Nearly all packets to
 * it are translated by nftables and never come here; those that the kernel can't translate do, and TCP is relayed: to [::1], and over IPv6 to a
 * container that has IPv4 only.
 */
final class HostListener implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HostListener.class);

    private final NetworkChannel channel;
    private final PublishedPort port;

    private HostListener(NetworkChannel channel, PublishedPort port) {
        this.channel = channel;
        this.port = port;
    }

    /** Takes the port; where {@code wanted} is 0, one that is free. IOException where another has it, or the host has no such address. */
    static HostListener open(PublishedPort wanted) throws IOException {
        InetSocketAddress address = wanted.hostAddress().isEmpty()
                ? new InetSocketAddress(wanted.hostPort())
                : new InetSocketAddress(InetAddress.ofLiteral(wanted.hostAddress()), wanted.hostPort());
        return switch (wanted.protocol()) {
            case "tcp" -> {
                var server = ServerSocketChannel.open();
                bind(server, address, wanted);
                var listener =
                        new HostListener(server, wanted.at(server.socket().getLocalPort()));
                Thread.ofVirtual().name("relay " + listener.port.host()).start(() -> listener.accept(server));
                yield listener;
            }
            case "udp" -> {
                var socket = wanted.hostAddress().isEmpty() || wanted.isIpv6()
                        ? DatagramChannel.open()
                        : DatagramChannel.open(StandardProtocolFamily.INET);
                bind(socket, address, wanted);
                yield new HostListener(socket, wanted.at(socket.socket().getLocalPort()));
            }
            default -> new HostListener(null, wanted);
        };
    }

    /** For a port that another program has taken meanwhile: its packets are translated all the same. */
    static HostListener unheld(PublishedPort port) {
        return new HostListener(null, port);
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

    @Override
    public void close() {
        try {
            if (channel != null) channel.close();
        } catch (IOException e) {
            LOG.debug("closing {}", port.host(), e);
        }
    }

    private void accept(ServerSocketChannel server) {
        while (server.isOpen()) {
            try {
                SocketChannel client = server.accept();
                Thread.ofVirtual().name("relay " + port.host()).start(() -> relay(client));
            } catch (IOException e) {
                if (server.isOpen()) LOG.debug("accepting on {}", port.host(), e);
            }
        }
    }

    private void relay(SocketChannel client) {
        String to = port.ipv4().isEmpty() ? port.ipv6() : port.ipv4();
        try (client;
                var container = SocketChannel.open()) {
            container.socket().connect(new InetSocketAddress(InetAddress.ofLiteral(to), port.containerPort()), 10_000);
            Thread back = Thread.ofVirtual().name("relay back").start(() -> copy(container, client));
            copy(client, container);
            back.join();
        } catch (IOException e) {
            LOG.debug("relaying {} to {}", port.host(), port.container(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Until the sender ends; then the receiver hears the end too. */
    private static void copy(SocketChannel from, SocketChannel to) {
        var buffer = java.nio.ByteBuffer.allocate(16_384);
        try {
            while (from.read(buffer.clear()) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) to.write(buffer);
            }
            to.shutdownOutput();
        } catch (IOException e) {
            LOG.debug("a relayed connection broke", e);
            try (from;
                    to) {
                LOG.trace("closing both");
            } catch (IOException again) {
                LOG.trace("closing", again);
            }
        }
    }
}
