package dev.tapswitch.e2e;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tapswitch.control.json.Json;
import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.Command;
import dev.tapswitch.e2e.testbed.Io;
import dev.tapswitch.e2e.testbed.Node;
import dev.tapswitch.e2e.testbed.RunningDaemon;
import dev.tapswitch.e2e.testbed.TestNetwork;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Bulk traffic arrives complete and in order. The benchmarks measure its speed. */
@Timeout(400)
class ThroughputIT {
    private static final int BYTES = 64 << 20;

    @ParameterizedTest
    @EnumSource(Io.class)
    void iperf3RunsOverTcpInBothDirectionsAndOverUdp(Io io) {
        assumeTrue(Command.exists("iperf3"), "needs iperf3");
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a", "198.18.0.1/24");
            Node b = net.quietNode("b", "198.18.0.2/24");
            RunningDaemon daemon = net.start(io);
            b.start("iperf3", "-s");
            Await.within(
                    Duration.ofSeconds(60),
                    () -> "iperf3 listens",
                    () -> b.exec("ss", "-tln").contains(":5201"));
            Json there = iperf3(a, "-t", "2");
            Json back = iperf3(a, "-t", "2", "-R");
            Json datagrams = iperf3(a, "-t", "2", "-u", "-b", "50M", "-l", "1200");
            System.out.printf(
                    "measured: %s: TCP %.1f Gbit/s, in the other direction %.1f Gbit/s%n",
                    io, gigabits(there), gigabits(back));
            assertTrue(gigabits(there) > 0, () -> there.toString());
            assertTrue(gigabits(back) > 0, () -> back.toString());
            assertTrue(
                    datagrams
                                    .required("end")
                                    .required("sum")
                                    .required("lost_percent")
                                    .asDouble()
                            < 50,
                    () -> datagrams.toString());
            assertTrue(daemon.count("b", "tx-bytes") > 1_000_000);
        }
    }

    /** With offload, frames have up to 64 KiB. Without offload at the receiver, the switch segments them and completes checksums, which the kernel verifies. */
    @ParameterizedTest
    @CsvSource({
        "EPOLL,true,198.18.0.2",
        "IO_URING,true,198.18.0.2",
        "EPOLL,false,198.18.0.2",
        "IO_URING,false,198.18.0.2",
        "EPOLL,false,fd00:7a::2",
        "IO_URING,true,fd00:7a::2"
    })
    void sixtyFourMebibytesArriveUnchanged(Io io, boolean offloadAtReceiver, String address) throws Exception {
        try (var net = new TestNetwork()) {
            Node a = net.node("a", "198.18.0.1/24", "fd00:7a::1/64");
            Node b = net.node("b", "198.18.0.2/24", "fd00:7a::2/64").with("offload: " + offloadAtReceiver);
            RunningDaemon daemon = net.start(io);
            a.pingWithin(Duration.ofSeconds(60), address);
            // The listener belongs to the namespace of the thread that creates it, and so do its connections.
            ServerSocket listener = b.callInNamespace(() -> new ServerSocket(7000, 1, InetAddress.getByName("::")));
            net.closeAtEnd(listener);
            var received = new CompletableFuture<byte[]>();
            Thread.ofPlatform().daemon().start(() -> {
                try (Socket socket = listener.accept()) {
                    received.complete(digest(socket.getInputStream()));
                } catch (IOException e) {
                    received.completeExceptionally(e);
                }
            });
            byte[] sent = a.callInNamespace(() -> send(address));
            assertArrayEquals(sent, received.get(120, TimeUnit.SECONDS));
            if (!offloadAtReceiver) assertTrue(daemon.count("b", "segmented") > 0, "nothing was segmented");
            assertEquals(0, daemon.drops("b", "bad-offload"));
        }
    }

    private static Json iperf3(Node from, String... options) {
        String[] words = new String[options.length + 4];
        System.arraycopy(new String[] {"iperf3", "-J", "-c", "198.18.0.2"}, 0, words, 0, 4);
        System.arraycopy(options, 0, words, 4, options.length);
        return Json.parse(from.exec(words));
    }

    private static double gigabits(Json result) {
        return result.required("end")
                        .required("sum_received")
                        .required("bits_per_second")
                        .asDouble()
                / 1e9;
    }

    private static byte[] send(String address) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        var random = new Random(7);
        byte[] block = new byte[100_003];
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, 7000), 60_000);
            OutputStream out = socket.getOutputStream();
            for (int sent = 0; sent < BYTES; sent += block.length) {
                random.nextBytes(block);
                digest.update(block);
                out.write(block);
            }
        }
        return digest.digest();
    }

    private static byte[] digest(InputStream in) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            byte[] block = new byte[65_536];
            for (int read = in.read(block); read >= 0; read = in.read(block)) digest.update(block, 0, read);
            return digest.digest();
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
