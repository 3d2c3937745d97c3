package dev.tapswitch.e2e;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.Io;
import dev.tapswitch.e2e.testbed.RunningDaemon;
import dev.tapswitch.e2e.testbed.TestNetwork;
import java.io.IOException;
import java.io.UncheckedIOException;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
                        () -> openDescriptors(daemon) + " descriptors are open",
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

    /** /proc/PID/stat cannot be read without a free descriptor, which does not mean that the process has ended. */
    @Test
    void aPortInTheNamespaceOfAProcessStaysUpWhenConnectionsUseUpAllDescriptors() throws IOException {
        List<SocketChannel> idle = new ArrayList<>();
        try (var net = new TestNetwork()) {
            String[] sleep = TestNetwork.inNamespace(net.namespace("box"), "sleep", "1000")
                    .toArray(String[]::new);
            Process box = new ProcessBuilder(sleep).start();
            net.killAtEnd(box);
            Await.within(
                    Duration.ofSeconds(30),
                    () -> box + " has entered its namespace",
                    () -> !namespaceOf(box.pid())
                            .equals(namespaceOf(ProcessHandle.current().pid())));
            net.limitDescriptors(LIMIT, LIMIT);
            net.portIn("pid:" + box.pid(), "p");
            RunningDaemon daemon = net.start(Io.EPOLL);
            try (SocketChannel client = connect(daemon)) {
                String before = request(client, "GET", "/v1/switches/lan/ports/p", "");
                assertTrue(before.contains("\"state\":\"up\""), () -> before + daemon.log());
                for (int i = 0; i < LIMIT; i++) idle.add(connect(daemon));
                Await.within(
                        Duration.ofSeconds(30),
                        () -> openDescriptors(daemon) + " descriptors are open",
                        () -> openDescriptors(daemon) >= LIMIT - 1);
                // The daemon checks every second whether namespaces have ended.
                int began = uptimeSeconds(client);
                Await.within(
                        Duration.ofSeconds(60),
                        () -> "the uptime has advanced by 4 s",
                        () -> uptimeSeconds(client) >= began + 4);
                String after = request(client, "GET", "/v1/switches/lan/ports/p", "");
                assertTrue(after.contains("\"state\":\"up\""), () -> after + daemon.log());
                assertFalse(daemon.log().contains("has ended"), daemon::log);
            } finally {
                for (SocketChannel channel : idle) channel.close();
            }
        }
    }

    private static Path namespaceOf(long pid) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/net"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int uptimeSeconds(SocketChannel client) {
        try {
            Matcher uptime =
                    Pattern.compile("\"uptime-seconds\":(\\d+)").matcher(request(client, "GET", "/v1/status", ""));
            return uptime.find() ? Integer.parseInt(uptime.group(1)) : -1;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
