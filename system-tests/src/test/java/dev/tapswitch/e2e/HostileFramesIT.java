package dev.tapswitch.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.CommandResult;
import dev.tapswitch.e2e.testbed.Frames;
import dev.tapswitch.e2e.testbed.Io;
import dev.tapswitch.e2e.testbed.Node;
import dev.tapswitch.e2e.testbed.RawSocket;
import dev.tapswitch.e2e.testbed.RunningDaemon;
import dev.tapswitch.e2e.testbed.TestNetwork;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** No frame makes the daemon log a stack trace, stop or leak, and no flood starves other ports. */
@Timeout(400)
class HostileFramesIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int FRAMES = 10_000;
    private static final String[] ETHERTYPES = {"0806", "0800", "86dd", "8100", "88a8", "88cc", "88b5", "0003"};

    @ParameterizedTest
    @EnumSource(Io.class)
    void tenThousandMalformedFramesNeitherStopTheDaemonNorFillItsLog(Io io) {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a", "198.18.0.1/24");
            Node b = net.quietNode("b", "198.18.0.2/24");
            Node c = net.quietNode("c");
            RunningDaemon daemon = net.start(io, "mac-capacity: 1024", "neighbour-capacity: 1024");
            a.ping("198.18.0.2");
            long before = daemon.count("c", "rx-frames");
            RawSocket atC = c.raw();
            var random = new Random(20_261_124);
            for (int i = 0; i < FRAMES; i++) {
                atC.send(malformed(random));
                if (i % 200 != 199) continue;
                // The device's queue holds about 500 frames, so the test waits until these are read.
                long sent = i + 1L;
                Await.within(
                        Duration.ofSeconds(60),
                        () -> sent + " frames are read: " + daemon.port("c"),
                        () -> daemon.count("c", "rx-frames") >= before + sent);
            }
            assertTrue(daemon.isAlive());
            assertTrue(daemon.macs().size() <= 1024);
            assertTrue(daemon.neighbours().size() <= 1024);
            a.ping("198.18.0.2");
            b.ping("198.18.0.1");
            assertTrue(daemon.log().length() < 20_000, () -> "malformed frames have filled the log:\n" + daemon.log());
        }
    }

    /** Half of the frames are random from the first byte; the other half start with the headers of a protocol that the switch parses. */
    private static byte[] malformed(Random random) {
        byte[] frame = new byte[14 + random.nextInt(random.nextInt(10) == 0 ? 1_480 : 100)];
        random.nextBytes(frame);
        if (random.nextBoolean()) {
            String destination =
                    random.nextBoolean() ? "ffffffffffff" : "3333ff%06x".formatted(random.nextInt(1 << 24));
            byte[] head = Frames.bytes(
                    destination,
                    "0200%08x".formatted(random.nextInt()),
                    ETHERTYPES[random.nextInt(ETHERTYPES.length)],
                    random.nextBoolean() ? "0001080006040001" : "6000000000183aff");
            System.arraycopy(head, 0, frame, 0, Math.min(head.length, frame.length));
        }
        return frame;
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    void spoofedSourcesNeverExceedTheCapacityOfTheTables(Io io) {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a", "198.18.0.1/24");
            net.quietNode("b", "198.18.0.2/24");
            Node c = net.quietNode("c");
            RunningDaemon daemon = net.start(io, "mac-capacity: 256", "neighbour-capacity: 256");
            RawSocket atC = c.raw();
            for (int i = 0; i < 5_000; i++) {
                String mac = "02:00:66:00:%02x:%02x".formatted(i >> 8, i & 0xff);
                atC.send(Frames.arpRequest(mac, "198.18.%d.%d".formatted(64 + (i >> 8), i & 0xff), "198.18.0.1"));
                if (i % 100 == 99) Await.pause(Duration.ofMillis(5));
            }
            Await.within(
                    TIMEOUT,
                    () -> "evictions are counted: " + daemon.port("c"),
                    () -> daemon.count("c", "evicted") > 1_000);
            // A listing is no snapshot: it may have both an evicted entry and the one that replaced it.
            Await.within(
                    TIMEOUT,
                    () -> daemon.macs().size() + " MACs, " + daemon.neighbours().size() + " neighbours",
                    () -> daemon.macs().size() <= 256 && daemon.neighbours().size() <= 256);
            a.pingWithin(TIMEOUT, "198.18.0.2");
        }
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    void aFloodInOneDirectionDoesNotBlockPingsInTheOther(Io io) throws InterruptedException {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a", "198.18.0.1/24");
            Node b = net.quietNode("b", "198.18.0.2/24");
            RunningDaemon daemon = net.start(io);
            a.ping("198.18.0.2");
            RawSocket atA = a.raw();
            byte[] frame = Frames.frame(b.mac(), a.mac(), Frames.EXPERIMENTAL_ETHERTYPE);
            long end = System.nanoTime() + 4_000_000_000L;
            var sent = new AtomicLong();
            var flood = new Thread(() -> {
                while (System.nanoTime() < end) {
                    for (int i = 0; i < 100; i++) atA.send(frame);
                    sent.addAndGet(100);
                }
            });
            long before = daemon.count("a", "rx-frames");
            long sentBefore = daemon.count("a", "tx-frames");
            flood.start();
            CommandResult ping = b.tryExec(
                    Duration.ofSeconds(60), "ping", "-n", "-q", "-c", "30", "-i", "0.1", "-W", "5", "198.18.0.1");
            flood.join(60_000);
            long received = daemon.count("a", "rx-frames") - before;
            System.out.printf(
                    "measured: %s: the switch reads %d of %d frames of the flood, pings against it: %s%n",
                    io,
                    received,
                    sent.get(),
                    ping.output()
                            .lines()
                            .filter(line -> line.startsWith("rtt"))
                            .findFirst()
                            .orElse("no replies"));
            assertTrue(received > FRAMES, () -> "the switch has read only " + received + " frames of the flood");
            assertEquals(0, ping.exitCode(), ping.output());
            // The kernel drops replies when the flood has filled a's queue. The switch is responsible for the requests.
            long requests = daemon.count("a", "tx-frames") - sentBefore;
            assertTrue(requests >= 30, () -> "only " + requests + " of 30 requests reached a\n" + ping.output());
        }
    }
}
