package dev.tapswitch.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.Frames;
import dev.tapswitch.e2e.testbed.Io;
import dev.tapswitch.e2e.testbed.Node;
import dev.tapswitch.e2e.testbed.RawSocket;
import dev.tapswitch.e2e.testbed.RunningDaemon;
import dev.tapswitch.e2e.testbed.TestNetwork;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The trace of a switch that receives frames faster than the client reads the trace. */
@Timeout(200)
class TraceIT {
    /** More frames than the trace and the socket together hold: 4,096 frames and about 600 lines. */
    private static final int FRAMES = 12_000;

    private static final Pattern MISSED = Pattern.compile("\"missed\":(\\d+)");

    @Test
    void everyFrameIsShownOrCountedAsMissing() throws IOException {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a");
            net.quietNode("b");
            RunningDaemon daemon = net.start(Io.EPOLL);
            try (SocketChannel reader = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                reader.connect(UnixDomainSocketAddress.of(daemon.api().socket()));
                reader.write(
                        ByteBuffer.wrap("GET /v1/switches/lan/trace?seconds=100&max=1000000 HTTP/1.1\r\nHost: x\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII)));
                var lines = new StringBuilder();
                // The response begins when the trace does.
                read(reader, lines);
                assertTrue(lines.toString().startsWith("HTTP/1.1 200"), lines.toString());
                long before = daemon.count("a", "rx-frames");
                send(daemon, a.raw(), before);
                while (shown(lines) + missed(lines) < FRAMES) read(reader, lines);
                assertEquals(FRAMES, shown(lines) + missed(lines));
                assertTrue(
                        shown(lines) > 0 && missed(lines) > 0, shown(lines) + " shown, " + missed(lines) + " missed");
            }
        }
    }

    private static void send(RunningDaemon daemon, RawSocket from, long before) {
        byte[] frame = Frames.bytes("020000000002", "020000000001", "88b5", "00".repeat(46));
        for (int i = 1; i <= FRAMES; i++) {
            from.send(frame);
            if (i % 200 != 0) continue;
            // The device's queue holds about 500 frames, so the test waits until these are read.
            long sent = i;
            Await.within(
                    Duration.ofSeconds(60),
                    () -> sent + " frames are read: " + daemon.port("a"),
                    () -> daemon.count("a", "rx-frames") >= before + sent);
        }
    }

    private static void read(SocketChannel from, StringBuilder into) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(65_536);
        if (from.read(buffer) < 0) throw new IOException("the trace has ended after " + shown(into) + " frames");
        into.append(StandardCharsets.US_ASCII.decode(buffer.flip()));
    }

    private static long shown(CharSequence lines) {
        return Pattern.compile("\"decision\":").matcher(lines).results().count();
    }

    private static long missed(CharSequence lines) {
        Matcher matcher = MISSED.matcher(lines);
        long sum = 0;
        while (matcher.find()) sum += Long.parseLong(matcher.group(1));
        return sum;
    }
}
