package dev.tapswitch.e2e;

import static dev.tapswitch.e2e.testbed.Frames.EXPERIMENTAL_ETHERTYPE;
import static dev.tapswitch.e2e.testbed.Frames.equalTo;
import static dev.tapswitch.e2e.testbed.Frames.frame;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.BackgroundLoop;
import dev.tapswitch.e2e.testbed.CommandResult;
import dev.tapswitch.e2e.testbed.Io;
import dev.tapswitch.e2e.testbed.Node;
import dev.tapswitch.e2e.testbed.PingReport;
import dev.tapswitch.e2e.testbed.RawSocket;
import dev.tapswitch.e2e.testbed.RunningDaemon;
import dev.tapswitch.e2e.testbed.TestNetwork;
import java.time.Duration;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A station that sends from more MACs than the table holds does not displace the entries of others. */
@Timeout(400)
class MacFloodIT {
    private static final int MACS = 70_000;
    private static final int CAPACITY = 65_536;
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final String MACS_OF = "/v1/switches/lan/macs?port=";

    @ParameterizedTest
    @EnumSource(Io.class)
    void otherPortsKeepTheirEntriesAndNewStationsAreLearnedAtOnce(Io io) {
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
            try (var _ = flood(greedy.raw())) {
                Await.within(
                        Duration.ofSeconds(60),
                        () -> "the table is full: " + daemon.port("greedy"),
                        () -> daemon.count("greedy", "evicted") > MACS);
                CommandResult ping = b.tryExec(
                        Duration.ofSeconds(60), "ping", "-n", "-c", "50", "-i", "0.02", "-W", "10", "198.18.0.1");
                PingReport.assertNoneLost(ping.output());

                byte[] hello = frame(b.mac(), newcomer.mac(), EXPERIMENTAL_ETHERTYPE, "01");
                atNewcomer.send(hello);
                assertEquals(1, atB.receive(equalTo(hello), 1, TIMEOUT).size());
                assertEquals(1, daemon.api().get(MACS_OF + "newcomer").size());
                byte[] reply = frame(newcomer.mac(), a.mac(), EXPERIMENTAL_ETHERTYPE, "02");
                for (int i = 0; i < 100; i++) atA.send(reply);
                assertEquals(
                        100, atNewcomer.receive(equalTo(reply), 100, TIMEOUT).size());
                assertEquals(
                        0,
                        atB.count(equalTo(reply), Duration.ofMillis(300)),
                        "frames to a known station that reached another one");

                daemon.api().post("/v1/switches/lan/macs", "{\"mac\": \"02:00:5e:00:00:01\", \"port\": \"b\"}");
            }
            assertEquals(1, daemon.api().get(MACS_OF + "a").size());
            assertEquals(2, daemon.api().get(MACS_OF + "b").size());
            for (String port : new String[] {"a", "b", "newcomer"})
                assertEquals(0, daemon.count(port, "evicted"), port);
            assertTrue(daemon.port("greedy").required("macs").asInt() <= CAPACITY);
        }
    }

    /** Sends frames as fast as the kernel accepts them, each from another MAC. */
    private static BackgroundLoop flood(RawSocket socket) {
        // The destination is the MAC of the sender, so that the frames load the switch and no receiver.
        byte[] frame = frame("02:77:00:00:00:00", "02:77:00:00:00:00", EXPERIMENTAL_ETHERTYPE);
        int[] number = {0};
        return new BackgroundLoop("mac-flood", () -> {
            int i = number[0];
            for (int offset : new int[] {3, 9}) {
                frame[offset] = (byte) (i >> 16);
                frame[offset + 1] = (byte) (i >> 8);
                frame[offset + 2] = (byte) i;
            }
            socket.send(frame);
            number[0] = (i + 1) % MACS;
        });
    }
}
