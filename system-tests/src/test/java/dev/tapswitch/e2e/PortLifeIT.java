package dev.tapswitch.e2e;

import static dev.tapswitch.e2e.testbed.Frames.BROADCAST;
import static dev.tapswitch.e2e.testbed.Frames.EXPERIMENTAL_ETHERTYPE;
import static dev.tapswitch.e2e.testbed.Frames.frame;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.Frames;
import dev.tapswitch.e2e.testbed.Io;
import dev.tapswitch.e2e.testbed.Node;
import dev.tapswitch.e2e.testbed.RawSocket;
import dev.tapswitch.e2e.testbed.RunningDaemon;
import dev.tapswitch.e2e.testbed.TestNetwork;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Ports go down, disappear and return. The switch reports this and recovers by itself. */
@Timeout(400)
class PortLifeIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @ParameterizedTest
    @EnumSource(Io.class)
    void aFlappingPortLosesItsEntriesAndRecovers(Io io) {
        try (var net = new TestNetwork()) {
            Node a = net.node("a", "198.18.0.1/24");
            Node b = net.node("b", "198.18.0.2/24");
            net.node("c", "198.18.0.3/24");
            RunningDaemon daemon = net.start(io);
            a.ping("198.18.0.2");
            long received = daemon.count("b", "rx-frames");
            for (int flap = 0; flap < 3; flap++) {
                b.ip("link", "set", "eth0", "down");
                a.tryExec(Duration.ofSeconds(30), "ping", "-n", "-c", "2", "-i", "0.2", "-W", "1", "198.18.0.2");
                daemon.awaitPortState("b", TIMEOUT, "down");
                assertEquals("", daemon.portOf(b.mac()));
                a.ping("198.18.0.3"); // other ports are not affected
                b.ip("link", "set", "eth0", "up");
                daemon.awaitPortState("b", TIMEOUT, "up");
                a.pingWithin(TIMEOUT, "198.18.0.2");
            }
            assertTrue(daemon.count("b", "rx-frames") > received, "the counters of the port are kept");
        }
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    void aPortReopensWhenItsNamespaceIsDeletedAndRecreated(Io io) {
        try (var net = new TestNetwork()) {
            Node a = net.node("a", "198.18.0.1/24");
            Node b = net.node("b", "198.18.0.2/24");
            net.node("c", "198.18.0.3/24");
            RunningDaemon daemon = net.start(io);
            a.ping("198.18.0.2");
            net.deleteNamespace(b.namespace());
            daemon.awaitPortState("b", TIMEOUT, "gone", "down");
            a.ping("198.18.0.3");
            assertEquals("", daemon.portOf(b.mac()));
            net.namespace("b");
            daemon.awaitPortState("b", Duration.ofSeconds(60), "up");
            a.pingWithin(TIMEOUT, "198.18.0.2");
        }
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    void aDeletedDeviceIsRecreated(Io io) {
        try (var net = new TestNetwork()) {
            Node a = net.node("a", "198.18.0.1/24");
            Node b = net.node("b", "198.18.0.2/24");
            RunningDaemon daemon = net.start(io);
            a.ping("198.18.0.2");
            b.ip("link", "del", "eth0");
            Await.within(
                    Duration.ofSeconds(60),
                    () -> "eth0 is recreated: " + daemon.port("b") + daemon.log(),
                    b::hasDevice);
            daemon.awaitPortState("b", Duration.ofSeconds(60), "up");
            a.pingWithin(TIMEOUT, "198.18.0.2");
        }
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    void portsAddedAndRemovedUnderTrafficDoNotDisturbOthers(Io io) throws Exception {
        try (var net = new TestNetwork()) {
            Node a = net.node("a", "198.18.0.1/24");
            net.node("b", "198.18.0.2/24");
            RunningDaemon daemon = net.start(io);
            Node c = new Node(net, "c", net.namespace("c"), "eth0", 9, List.of());
            var pings = CompletableFuture.supplyAsync(
                    () -> a.exec("ping", "-q", "-n", "-c", "40", "-i", "0.1", "-W", "20", "198.18.0.2"));
            for (int round = 0; round < 5 || !pings.isDone(); round++) {
                daemon.api().post("/v1/switches/lan/ports", """
                        {"name":"c","namespace":"%s","device":"eth0","addresses":["198.18.0.3/24"]}
                        """.formatted(c.namespace()));
                c.pingWithin(TIMEOUT, "198.18.0.1");
                daemon.api().delete("/v1/switches/lan/ports/c");
                assertFalse(c.hasDevice(), "the TAP is removed with its port");
            }
            // ping waits for its last reply only for a multiple of the usual round trip.
            String statistics = pings.get(90, TimeUnit.SECONDS);
            assertTrue(statistics.contains(" 40 received") || statistics.contains(" 39 received"), statistics);
            a.ping("198.18.0.2");
        }
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    void aReloadAppliesTheDifferenceAndUnchangedPortsLoseNoFrame(Io io) throws Exception {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a");
            Node b = net.quietNode("b");
            net.quietNode("c");
            RunningDaemon daemon = net.start(io);
            RawSocket atA = a.raw();
            RawSocket atB = b.raw();
            String yaml = Files.readString(daemon.config());
            String without = yaml.substring(0, yaml.indexOf("      c:\n"));
            int sent = 0;
            for (int round = 0; round < 4; round++) {
                Files.writeString(daemon.config(), round % 2 == 0 ? without : yaml);
                var reload = CompletableFuture.runAsync(() -> daemon.api().post("/v1/reload", ""));
                while (!reload.isDone()) {
                    atA.send(frame(BROADCAST, a.mac(), EXPERIMENTAL_ETHERTYPE, "%08x".formatted(sent++)));
                    Await.pause(Duration.ofMillis(1));
                }
                reload.get();
            }
            int arrived = atB.receive(Frames.sentFrom(a.mac()), sent, TIMEOUT).size();
            assertEquals(sent, arrived);
            assertEquals(3, daemon.api().get("/v1/status").required("ports").asInt());
        }
    }
}
