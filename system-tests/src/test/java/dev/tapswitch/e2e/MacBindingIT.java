package dev.tapswitch.e2e;

import static dev.tapswitch.e2e.testbed.Frames.BROADCAST;
import static dev.tapswitch.e2e.testbed.Frames.EXPERIMENTAL_ETHERTYPE;
import static dev.tapswitch.e2e.testbed.Frames.equalTo;
import static dev.tapswitch.e2e.testbed.Frames.frame;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.control.json.Json;
import dev.tapswitch.e2e.cni.CniRuntime;
import dev.tapswitch.e2e.testbed.ApiClient;
import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.Frames;
import dev.tapswitch.e2e.testbed.Io;
import dev.tapswitch.e2e.testbed.MacSpoofer;
import dev.tapswitch.e2e.testbed.Node;
import dev.tapswitch.e2e.testbed.RawSocket;
import dev.tapswitch.e2e.testbed.RunningDaemon;
import dev.tapswitch.e2e.testbed.TestNetwork;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A station that spoofs the MAC of a host port, or of a port with a bound MAC, does not receive its traffic. */
@Timeout(400)
class MacBindingIT {
    private static final String X = "02:00:5e:00:00:01";
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Duration QUIET_PERIOD = Duration.ofMillis(300);

    @ParameterizedTest
    @EnumSource(Io.class)
    void pingsToTheHostAreNotLostWhileAStationSpoofsItsMac(Io io) {
        try (var net = new TestNetwork()) {
            Node host = net.portIn(net.quietNamespace("sw"), "host0");
            Node a = net.quietNode("a", "198.18.0.2/24");
            Node forger = net.quietNode("forger");
            RunningDaemon daemon = net.start(io, "arp: flood");
            host.ip("address", "add", "198.18.0.1/24", "dev", "host0");
            a.ping("198.18.0.1");
            try (var spoofer = new MacSpoofer(forger, host.mac())) {
                spoofer.assertOwnerReceivesAllPings(a, "198.18.0.1");
            }
            assertTrue(daemon.drops("forger", "static-elsewhere") > 0);
            assertEquals("host0", daemon.portOf(host.mac()));
        }
    }

    @Test
    void theMacOfAHostPortIsBoundInEveryVlanAndFollowsTheInterface() {
        try (var net = new TestNetwork()) {
            Node host = net.portIn(net.quietNamespace("sw"), "host0");
            Node a = net.quietNode("a");
            Node forger = net.quietNode("forger");
            RunningDaemon daemon = net.start(Io.EPOLL);
            RawSocket atA = a.raw();
            RawSocket atForger = forger.raw();
            // The host has not sent a frame yet.
            byte[] forged = frame(BROADCAST, host.mac(), EXPERIMENTAL_ETHERTYPE, "01");
            byte[] tagged = frame(BROADCAST, host.mac(), "8100 0007", EXPERIMENTAL_ETHERTYPE, "02");
            atForger.send(forged);
            atForger.send(tagged);
            Await.within(
                    TIMEOUT,
                    () -> "both frames are dropped: " + daemon.port("forger"),
                    () -> daemon.drops("forger", "static-elsewhere") >= 2);
            assertEquals(0, atA.count(Frames.sentFrom(host.mac()), QUIET_PERIOD));

            // The host itself may send tagged frames from its MAC.
            RawSocket atHost = host.raw();
            atHost.send(tagged);
            assertEquals(1, atA.receive(equalTo(tagged), 1, TIMEOUT).size());

            host.ip("link", "set", "host0", "address", X);
            Await.within(TIMEOUT, () -> "the new MAC is bound: " + daemon.macs(), () -> isStatic(daemon, X, "host0"));
            atForger.send(forged);
            assertEquals(1, atA.receive(equalTo(forged), 1, TIMEOUT).size(), "frames from the old MAC are forwarded");
            // An entry that is deleted through the API is restored.
            daemon.api().delete("/v1/switches/lan/macs/" + X);
            Await.within(TIMEOUT, () -> "the MAC is bound again: " + daemon.macs(), () -> isStatic(daemon, X, "host0"));
            daemon.api().delete("/v1/switches/lan/ports/host0");
            assertEquals("", daemon.portOf(X));
        }
    }

    @Test
    void aStationCanTakeOverAnothersMacUnlessItIsBound() {
        try (var net = new TestNetwork()) {
            Node free = net.quietNode("free");
            Node bound = net.quietNode("bound").with("bind-mac: true");
            Node c = net.quietNode("c");
            RunningDaemon daemon = net.start(Io.EPOLL);
            RawSocket atC = c.raw();
            RawSocket atBound = bound.raw();
            atC.send(frame(BROADCAST, free.mac(), EXPERIMENTAL_ETHERTYPE));
            assertEquals(
                    1, atBound.receive(Frames.sentFrom(free.mac()), 1, TIMEOUT).size());
            assertEquals("c", daemon.portOf(free.mac()));
            atC.send(frame(BROADCAST, bound.mac(), EXPERIMENTAL_ETHERTYPE));
            Await.within(
                    TIMEOUT,
                    () -> "the frame is dropped: " + daemon.port("c"),
                    () -> daemon.drops("c", "static-elsewhere") == 1);
            // A MAC that the node changes to is learned as usual; the configured one stays bound.
            bound.ip("link", "set", "eth0", "address", X);
            atBound.send(frame(BROADCAST, X, EXPERIMENTAL_ETHERTYPE));
            assertEquals(1, atC.receive(Frames.sentFrom(X), 1, TIMEOUT).size());
            assertTrue(isStatic(daemon, bound.mac(), "bound"), () -> "" + daemon.macs());
            set(daemon, "bound", "{\"bind-mac\": false}");
            assertEquals("", daemon.portOf(bound.mac()));
            // A static entry of the user takes precedence; the binding is restored when it is deleted.
            set(daemon, "bound", "{\"bind-mac\": true}");
            assertTrue(isStatic(daemon, bound.mac(), "bound"), () -> "" + daemon.macs());
            daemon.api().post("/v1/switches/lan/macs", "{\"mac\": \"" + bound.mac() + "\", \"port\": \"c\"}");
            assertEquals("c", daemon.portOf(bound.mac()));
            // The pause is longer than the interval at which bindings are reconciled.
            Await.pause(Duration.ofMillis(1_500));
            assertEquals("c", daemon.portOf(bound.mac()));
            daemon.api().delete("/v1/switches/lan/macs/" + bound.mac());
            Await.within(
                    TIMEOUT,
                    () -> "the MAC is bound again: " + daemon.macs(),
                    () -> isStatic(daemon, bound.mac(), "bound"));
        }
    }

    @Test
    void onACniNetworkNoContainerReceivesTheTrafficOfAnother() throws IOException {
        try (var net = new TestNetwork()) {
            CniRuntime pods = CniRuntime.start(net, "1.0.0");
            Json one = pods.add("one");
            pods.add("two");
            pods.add("three");
            for (Json entry : one.path("interfaces")) {
                String mac = entry.path("mac").asString("");
                if (!mac.isEmpty()) assertBound(pods, mac);
            }
            Node forger = new Node(net, "three", net.namespace("three"), "eth0", 9, List.of());
            Node two = new Node(net, "two", net.namespace("two"), "eth0", 8, List.of());
            // The test does not read /sys/class/net, which shows the devices of the namespace that /sys was mounted in.
            String victim = pods.exec("one", "ip", "-br", "link", "show", "eth0")
                    .strip()
                    .split("\\s+", -1)[2];
            assertBound(pods, victim);
            try (var spoofer = new MacSpoofer(forger, victim)) {
                spoofer.assertOwnerReceivesAllPings(two, CniRuntime.addressOf(one));
            }
        }
    }

    private static void set(RunningDaemon daemon, String port, String settings) {
        ApiClient.Response response = daemon.api().send("PATCH", "/v1/switches/lan/ports/" + port, settings);
        assertEquals(200, response.status(), response::body);
    }

    private static void assertBound(CniRuntime pods, String mac) {
        Json macs = pods.daemon().api().get("/v1/switches/pods/macs");
        assertTrue(
                macs.valueStream()
                        .anyMatch(entry -> entry.required("mac").asString().equalsIgnoreCase(mac)
                                && entry.required("static").asBoolean()),
                () -> mac + " is not bound: " + macs);
    }

    private static boolean isStatic(RunningDaemon daemon, String mac, String port) {
        for (Json entry : daemon.macs()) {
            if (entry.required("mac").asString().equalsIgnoreCase(mac)
                    && entry.required("port").asString().equals(port))
                return entry.required("static").asBoolean();
        }
        return false;
    }
}
