package dev.tapswitch.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.Io;
import dev.tapswitch.e2e.testbed.Node;
import dev.tapswitch.e2e.testbed.RawSocket;
import dev.tapswitch.e2e.testbed.RouterAdvertisement;
import dev.tapswitch.e2e.testbed.RunningDaemon;
import dev.tapswitch.e2e.testbed.TestNetwork;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Host ports: stations on the switch must not change the routes and addresses of the host. */
@Timeout(400)
class HostPortIT {
    private static final String ROUTER = "fe80::bad";

    /** The namespace of the daemon acts as the host. */
    @Test
    void aRouterAdvertisementGivesTheHostNeitherRouteNorAddress() {
        try (var net = new TestNetwork()) {
            Node host = net.portIn(net.namespace("sw"), "host0");
            Node station = net.quietNode("station");
            Node other = net.node("other");
            host.exec("sysctl", "-qw", "net.ipv6.conf.default.accept_ra=1", "net.ipv4.conf.default.arp_ignore=0");
            RunningDaemon daemon = net.start(Io.EPOLL);
            assertEquals(
                    0,
                    daemon.cli("port", "add", "lan", "named", "--mtu", "1200").exitCode());
            assertEquals(
                    0,
                    daemon.cli("port", "set", "lan", "named", "--mtu", "1500").exitCode());
            assertEquals(
                    0, daemon.cli("port", "add", "lan", "uplink", "--accept-ra").exitCode());

            RawSocket socket = station.raw();
            // A port with accept-ra accepts advertisements, and so does a node in another namespace.
            Await.within(
                    Duration.ofSeconds(60),
                    () -> "uplink and other have default routes: " + routes(host) + routes(other),
                    () -> {
                        socket.send(RouterAdvertisement.frame(ROUTER, "2001:db8:bad::"));
                        Await.pause(Duration.ofMillis(200));
                        return routes(host).contains("default via " + ROUTER + " dev uplink")
                                && routes(other).contains("default via " + ROUTER + " dev eth0");
                    });
            assertFalse(routes(host).contains("dev host0 proto ra"), () -> routes(host));
            assertFalse(routes(host).contains("dev named proto ra"), () -> routes(host));
            for (String device : new String[] {"host0", "named"}) {
                String addresses = host.ip("-6", "address", "show", "dev", device);
                assertFalse(addresses.contains("2001:db8:bad"), addresses);
            }
            assertTrue(host.ip("-6", "address", "show", "dev", "uplink").contains("2001:db8:bad"));
        }
    }

    @Test
    void settingsOfAHostPortDoNotDependOnTheMachinesDefaults() {
        try (var net = new TestNetwork()) {
            Node host = net.portIn(net.namespace("sw"), "host0");
            Node station = net.node("station");
            for (Node node : new Node[] {host, station})
                node.exec(
                        "sysctl",
                        "-qw",
                        "net.ipv6.conf.default.accept_ra=2",
                        "net.ipv6.conf.default.accept_redirects=1",
                        "net.ipv4.conf.default.accept_redirects=1",
                        "net.ipv4.conf.default.arp_announce=0");
            RunningDaemon daemon = net.start(Io.EPOLL);
            assertEquals("0 0 0 0 1 2", settings(host, "host0"));
            assertEquals("2 1 1 1 0 0", settings(station, "eth0")); // a node's namespace keeps its own settings
            assertEquals(
                    0, daemon.cli("port", "set", "lan", "host0", "--accept-ra").exitCode());
            assertEquals("2 1 0 0 1 2", settings(host, "host0"));
            assertEquals(
                    0,
                    daemon.cli("port", "set", "lan", "host0", "--no-accept-ra").exitCode());
            assertEquals("0 0 0 0 1 2", settings(host, "host0"));
        }
    }

    private static String routes(Node node) {
        return node.ip("-6", "route", "show");
    }

    private static String settings(Node node, String device) {
        String v6 = "net.ipv6.conf." + device + ".";
        String v4 = "net.ipv4.conf." + device + ".";
        return node.exec(
                        "sysctl",
                        "-n",
                        v6 + "accept_ra",
                        v6 + "autoconf",
                        v6 + "accept_redirects",
                        v4 + "accept_redirects",
                        v4 + "arp_ignore",
                        v4 + "arp_announce")
                .strip()
                .replace('\n', ' ');
    }
}
