package dev.tapswitch.e2e;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.Io;
import dev.tapswitch.e2e.testbed.RunningDaemon;
import dev.tapswitch.e2e.testbed.TestNetwork;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections use up all file descriptors of the daemon. */
@Timeout(400)
class DescriptorsIT {
    private static final int LIMIT = 300;

    private static long openDescriptors(RunningDaemon daemon) {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + daemon.pid() + "/fd"))) {
            return descriptors.count();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static SocketChannel connect(RunningDaemon daemon) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(daemon.api().socket()));
        return channel;
    }

    /** Sends a request on a connection that stays open, and returns the response. */
    private static String request(SocketChannel channel, String method, String path, String body) throws IOException {
        channel.write(ByteBuffer.wrap("%s %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s"
                .formatted(method, path, body.length(), body)
                .getBytes(StandardCharsets.US_ASCII)));
        ByteBuffer response = ByteBuffer.allocate(65_536);
        channel.read(response);
        return new String(response.array(), 0, response.position(), StandardCharsets.UTF_8);
    }

    @Test
    void aPortCanBeAddedWhenConnectionsUseUpAllDescriptors() throws IOException {
        List<SocketChannel> idle = new ArrayList<>();
        try (var net = new TestNetwork()) {
            net.quietNode("a", "198.18.0.1/24");
            net.limitDescriptors(LIMIT / 2, LIMIT);
            RunningDaemon daemon = net.start(Io.EPOLL);
            assertTrue(
                    Files.readString(Path.of("/proc/" + daemon.pid() + "/limits"))
                            .matches("(?s).*Max open files +300 +300 .*"),
                    "the daemon has raised the soft limit to the hard limit");
            try (SocketChannel client = connect(daemon)) {
                String first = request(client, "GET", "/v1/status", "");
                assertTrue(first.startsWith("HTTP/1.1 200"), first);
                for (int i = 0; i < LIMIT; i++) idle.add(connect(daemon));
                Await.within(
                        Duration.ofSeconds(30),
                        () -> openDescriptors(daemon) + " descriptors",
                        () -> openDescriptors(daemon) >= LIMIT - 1);
                String added = request(
                        client,
                        "POST",
                        "/v1/switches/lan/ports",
                        "{\"name\": \"late\", \"namespace\": \"%s\", \"device\": \"late0\"}"
                                .formatted(net.namespace("late")));
                assertTrue(added.startsWith("HTTP/1.1 201"), () -> added + daemon.log());
                assertTrue(added.contains("\"up\""), added);
            } finally {
                for (SocketChannel channel : idle) channel.close();
            }
            // The daemon accepts the waiting connections, finds them closed, and serves new ones.
            daemon.api().get("/v1/status");
        }
    }
}
