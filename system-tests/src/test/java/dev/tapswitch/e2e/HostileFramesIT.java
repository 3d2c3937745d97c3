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

/** No frame, whatever it holds, makes the daemon log a stack trace, stop or leak; and no flood starves the others. */
@Timeout(400)
class HostileFramesIT {
    private static final int FRAMES = 10_000;
    private static final String[] ETHERTYPES = {"0806", "0800", "86dd", "8100", "88a8", "88cc", "88b5", "0003"};

    @ParameterizedTest
    @EnumSource(Io.class)
    void tenThousandFramesOfGarbageChangeNothing(Io io) {
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
                atC.send(garbage(random));
                if (i % 200 != 199) continue;
                // No more than the device's queue holds, 500 frames or so: on a busy machine, too, all are to be read.
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
            assertTrue(daemon.log().length() < 20_000, () -> "the wire filled the log:\n" + daemon.log());
        }
    }

    /** Half of it is noise from the first byte; half begins like a frame of a kind that is looked into. */
    private static byte[] garbage(Random random) {
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
    void spoofedSourcesFillNoMoreThanTheTable(Io io) {
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
            Await.within(SOON, () -> "counted: " + daemon.port("c"), () -> daemon.count("c", "evicted") > 1_000);
            // A list is no snapshot: while entries are evicted for others it may show both.
            Await.within(
                    SOON,
                    () -> daemon.macs().size() + " MACs, " + daemon.neighbours().size() + " neighbours",
                    () -> daemon.macs().size() <= 256 && daemon.neighbours().size() <= 256);
            a.pingWithin(SOON, "198.18.0.2");
        }
    }

    private static final Duration SOON = Duration.ofSeconds(60);

    @ParameterizedTest
    @EnumSource(Io.class)
    void aFloodInOneDirectionLeavesRoomForAPingInTheOther(Io io) throws InterruptedException {
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
                    "measured: %s: %d of %d frames flooded, %s%n",
                    io,
                    received,
                    sent.get(),
                    ping.output()
                            .lines()
                            .filter(l -> l.startsWith("rtt"))
                            .findFirst()
                            .orElse("no ping came back"));
            assertEquals(0, ping.exitCode(), ping.output());
            // The replies leave by a's queue, where the kernel drops what the flood leaves no room for; the requests
            // are ours to forward.
            long requests = daemon.count("a", "tx-frames") - sentBefore;
            assertTrue(requests >= 30, () -> "only " + requests + " of 30 requests came to a\n" + ping.output());
        }
    }
}
