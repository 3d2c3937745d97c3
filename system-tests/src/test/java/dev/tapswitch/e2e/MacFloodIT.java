package dev.tapswitch.e2e;

import static dev.tapswitch.e2e.testbed.Frames.EXPERIMENTAL_ETHERTYPE;
import static dev.tapswitch.e2e.testbed.Frames.equalTo;
import static dev.tapswitch.e2e.testbed.Frames.frame;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.CommandResult;
import dev.tapswitch.e2e.testbed.Io;
import dev.tapswitch.e2e.testbed.Node;
import dev.tapswitch.e2e.testbed.RawSocket;
import dev.tapswitch.e2e.testbed.RunningDaemon;
import dev.tapswitch.e2e.testbed.TestNetwork;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One station that sends from more MACs than the table holds takes no place from the others. */
@Timeout(180)
class MacFloodIT {
    private static final int MACS = 70_000;
    private static final int CAPACITY = 65_536;
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String MACS_OF = "/v1/switches/lan/macs?port=";

    @ParameterizedTest
    @EnumSource(Io.class)
    void othersStayKnownAndNewcomersAreLearnedAtOnce(Io io) {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a", "198.18.0.1/24");
            Node b = net.quietNode("b", "198.18.0.2/24");
            Node newcomer = net.quietNode("newcomer");
            Node greedy = net.quietNode("greedy");
            RunningDaemon daemon = net.start(io);
            a.ping("198.18.0.2");
            RawSocket atA = a.raw();
            RawSocket atB = b.raw();
            RawSocket atNewcomer = newcomer.raw();
            try (var flood = new Flood(greedy.raw())) {
                Await.within(
                        Duration.ofSeconds(60),
                        () -> "a full table: " + daemon.port("greedy"),
                        () -> daemon.count("greedy", "evicted") > MACS);
                CommandResult ping = b.tryExec(
                        Duration.ofSeconds(60), "ping", "-n", "-q", "-c", "50", "-i", "0.02", "-W", "10", "198.18.0.1");
                assertTrue(ping.output().contains(" 0% packet loss"), ping.output());

                byte[] hello = frame(b.mac(), newcomer.mac(), EXPERIMENTAL_ETHERTYPE, "01");
                atNewcomer.send(hello);
                assertEquals(1, atB.receive(equalTo(hello), 1, SOON).size());
                assertEquals(1, daemon.api().get(MACS_OF + "newcomer").size());
                byte[] answer = frame(newcomer.mac(), a.mac(), EXPERIMENTAL_ETHERTYPE, "02");
                for (int i = 0; i < 100; i++) atA.send(answer);
                assertEquals(100, atNewcomer.receive(equalTo(answer), 100, SOON).size());
                assertEquals(
                        0,
                        atB.count(equalTo(answer), Duration.ofMillis(300)),
                        "frames to a known station reach a third");

                daemon.api().post("/v1/switches/lan/macs", "{\"mac\": \"02:00:5e:00:00:01\", \"port\": \"b\"}");
                flood.assertGoesOn();
            }
            assertEquals(1, daemon.api().get(MACS_OF + "a").size());
            assertEquals(2, daemon.api().get(MACS_OF + "b").size());
            for (String port : new String[] {"a", "b", "newcomer"})
                assertEquals(0, daemon.count(port, "evicted"), port);
            assertTrue(daemon.port("greedy").required("macs").asInt() <= CAPACITY);
        }
    }

    /** Frames from another MAC each, as fast as the kernel takes them. */
    private static final class Flood implements AutoCloseable {
        private final Thread thread;
        private volatile boolean isClosed;

        Flood(RawSocket socket) {
            // To the flooder's own port, so that the flood loads nobody but the switch.
            byte[] frame = frame("02:77:00:00:00:00", "02:77:00:00:00:00", EXPERIMENTAL_ETHERTYPE);
            thread = Thread.ofPlatform().daemon().start(() -> {
                for (int i = 0; !isClosed; i = (i + 1) % MACS) {
                    for (int at : new int[] {3, 9}) {
                        frame[at] = (byte) (i >> 16);
                        frame[at + 1] = (byte) (i >> 8);
                        frame[at + 2] = (byte) i;
                    }
                    socket.send(frame);
                }
            });
        }

        void assertGoesOn() {
            assertTrue(thread.isAlive(), "the flood has ended");
        }

        @Override
        public void close() {
            isClosed = true;
            try {
                thread.join(TimeUnit.SECONDS.toMillis(10));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
