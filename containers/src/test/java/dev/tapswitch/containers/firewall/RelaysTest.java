package dev.tapswitch.containers.firewall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Relays connections to an echo server on the loopback interface. */
@Timeout(60)
class RelaysTest {
    private static final int MAX = 6;
    private static final int MAX_PER_PORT = 4;

    private final RelayBudget budget = new RelayBudget(MAX, MAX_PER_PORT);
    private final AtomicLong nowMs = new AtomicLong(1_000_000);
    private final List<AutoCloseable> opened = new ArrayList<>();
    private ServerSocket container;
    private ServerSocketChannel host;

    @BeforeEach
    void listen() throws IOException {
        container = closedLater(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
        host = closedLater(ServerSocketChannel.open());
        host.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Thread.ofVirtual().start(() -> {
            while (!container.isClosed()) {
                try {
                    Socket accepted = container.accept();
                    Thread.ofVirtual().start(() -> echo(accepted));
                } catch (IOException e) {
                    assertEquals(true, container.isClosed());
                }
            }
        });
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable each : opened) each.close();
    }

    private static void echo(Socket socket) {
        try (socket) {
            socket.getInputStream().transferTo(socket.getOutputStream());
        } catch (IOException e) {
            assertEquals(false, socket.isConnected() && !socket.isClosed());
        }
    }

    private <T extends AutoCloseable> T closedLater(T closeable) {
        opened.addFirst(closeable);
        return closeable;
    }

    private Relays relays() {
        var port = Ports.of("tap0", "tcp", "", 9001, "127.0.0.1", "", container.getLocalPort());
        return closedLater(new Relays(port, budget, nowMs::get));
    }

    private Socket connect(Relays relays) throws IOException {
        Socket client = closedLater(new Socket());
        client.setSoTimeout(30_000);
        client.connect(host.getLocalAddress());
        relays.add(host.accept());
        return client;
    }

    /** Sends a byte and reads the reply; -1 if the connection is closed. */
    private static int echoOf(Socket client) throws IOException {
        try {
            client.getOutputStream().write('x');
            return client.getInputStream().read();
        } catch (SocketException e) {
            return -1; // Reset: the relay has closed the connection before it has read the byte.
        }
    }

    @Test
    void aPortRelaysNoMoreConnectionsThanItsLimit() throws IOException {
        Relays relays = relays();
        List<Socket> clients = new ArrayList<>();
        for (int i = 0; i < MAX_PER_PORT; i++) clients.add(connect(relays));
        for (Socket client : clients) assertEquals('x', echoOf(client));
        assertEquals(-1, echoOf(connect(relays)));
        assertEquals(MAX_PER_PORT, relays.count());
        for (Socket client : clients) assertEquals('x', echoOf(client));
        // The end of a connection allows another one.
        clients.getFirst().close();
        awaitCount(relays, MAX_PER_PORT - 1);
        assertEquals('x', echoOf(connect(relays)));
    }

    @Test
    void theConnectionThatIsIdleForLongestIsClosedForANewOne() throws IOException {
        Relays relays = relays();
        Socket idle = connect(relays);
        assertEquals('x', echoOf(idle));
        nowMs.addAndGet(61_000);
        List<Socket> busy = new ArrayList<>();
        for (int i = 1; i < MAX_PER_PORT; i++) busy.add(connect(relays));
        assertEquals('x', echoOf(connect(relays)));
        assertEquals(-1, echoOf(idle));
        for (Socket client : busy) assertEquals('x', echoOf(client));
    }

    @Test
    void allPortsTogetherHaveALimit() throws IOException {
        Relays first = relays();
        Relays second = relays();
        for (int i = 0; i < MAX_PER_PORT; i++) assertEquals('x', echoOf(connect(first)));
        for (int i = MAX_PER_PORT; i < MAX; i++) assertEquals('x', echoOf(connect(second)));
        assertEquals(-1, echoOf(connect(second)));
    }

    @Test
    void aConnectionThatIsIdleForAnHourIsClosed() throws IOException {
        Relays relays = relays();
        Socket client = connect(relays);
        assertEquals('x', echoOf(client));
        nowMs.addAndGet(3_599_000);
        relays.closeIdle();
        assertEquals('x', echoOf(client));
        nowMs.addAndGet(3_600_000);
        relays.closeIdle();
        assertEquals(-1, echoOf(client));
        awaitCount(relays, 0);
    }

    @Test
    void withdrawingAPortClosesItsConnections() throws IOException {
        Relays relays = relays();
        Socket client = connect(relays);
        assertEquals('x', echoOf(client));
        relays.close();
        assertEquals(-1, echoOf(client));
        assertThrows(IOException.class, () -> {
            for (int i = 0; i < 1_000; i++) client.getOutputStream().write(new byte[100_000]);
        });
    }

    private static void awaitCount(Relays relays, int count) {
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (relays.count() != count && System.nanoTime() < deadline) Thread.onSpinWait();
        assertEquals(count, relays.count());
    }
}
