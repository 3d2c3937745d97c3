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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A switch with 1,100 ports. The kernel's bridge supports at most 1,023 ports, and floods each ARP request to all of them. */
@Timeout(400)
class ManyPortsIT {
    private static final int PORTS = 1_100;
    private static final int NAMESPACES = 4;
    private static final int ADDED = 25;

    @Test
    void elevenHundredPortsOpenFastReceiveBroadcastsAndNoArpForKnownNeighbours() {
        try (var net = new TestNetwork()) {
            List<String> namespaces = new ArrayList<>();
            for (int i = 0; i < NAMESPACES; i++) namespaces.add(net.quietNamespace("many" + i));
            Node a = net.quietNode("a", "198.18.0.1/24");
            Node b = net.quietNode("b", "198.18.0.2/24");
            for (int i = 2; i < PORTS; i++) net.portIn(namespaces.get(i % NAMESPACES), "p" + i);
            long started = System.nanoTime();
            RunningDaemon daemon = net.start(Io.EPOLL);
            long startMillis = (System.nanoTime() - started) / 1_000_000;

            double median = medianMillisToAddAPort(daemon, namespaces.getFirst());
            System.out.printf(
                    "measured: %d ports are up after %d ms; adding another port takes %.1f ms (median of %d)%n",
                    PORTS, startMillis, median, ADDED);
            assertTrue(median < 100, () -> "adding a port takes " + median + " ms");

            long before = transmitted(daemon);
            RawSocket atA = a.raw();
            RawSocket atB = b.raw();
            byte[] broadcast = Frames.frame(Frames.BROADCAST, a.mac(), Frames.EXPERIMENTAL_ETHERTYPE, "07");
            atA.send(broadcast);
            assertEquals(
                    1,
                    atB.receive(Frames.equalTo(broadcast), 1, Duration.ofSeconds(60))
                            .size());
            Await.within(
                    Duration.ofSeconds(60),
                    () -> "the broadcast has left through all other ports; frames sent: "
                            + (transmitted(daemon) - before),
                    () -> transmitted(daemon) - before == PORTS + ADDED - 1);

            a.ping("198.18.0.2");
            // On a busy machine a request may stay unanswered for a second; then the next one is flooded.
            long frames = LongStream.generate(() -> framesOfAnArpRequestAndAPing(daemon, a))
                    .limit(3)
                    .min()
                    .getAsLong();
            assertTrue(
                    frames < 20,
                    () -> "an ARP request for a known neighbour and the pings cause " + frames + " frames");
        }
    }

    private static long framesOfAnArpRequestAndAPing(RunningDaemon daemon, Node from) {
        from.ip("neigh", "flush", "all");
        long before = transmitted(daemon);
        from.ping("198.18.0.2");
        return transmitted(daemon) - before;
    }

    private static double medianMillisToAddAPort(RunningDaemon daemon, String namespace) {
        List<Double> times = new ArrayList<>();
        for (int i = 0; i < ADDED; i++) {
            long start = System.nanoTime();
            daemon.api().post("/v1/switches/lan/ports", """
                    {"name":"q%1$d","namespace":"%2$s","device":"q%1$d"}
                    """.formatted(i, namespace));
            times.add((System.nanoTime() - start) / 1e6);
        }
        daemon.awaitPortsUp(PORTS + ADDED);
        return times.stream().sorted().toList().get(ADDED / 2);
    }

    private static long transmitted(RunningDaemon daemon) {
        return daemon.api()
                .get("/v1/switches/lan/stats")
                .required("totals")
                .required("tx-frames")
                .asLong();
    }
}
