package dev.tapswitch.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.e2e.testbed.CommandResult;
import dev.tapswitch.e2e.testbed.Io;
import dev.tapswitch.e2e.testbed.Node;
import dev.tapswitch.e2e.testbed.RunningDaemon;
import dev.tapswitch.e2e.testbed.TestNetwork;
import java.time.Duration;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Basic forwarding: nodes in different namespaces reach each other. */
@Timeout(400)
class PingIT {
    @ParameterizedTest
    @EnumSource(Io.class)
    void allNodesReachAllOthersOverIpv4AndIpv6(Io io) {
        try (var net = new TestNetwork()) {
            Node a = net.node("a", "198.18.0.1/24", "fd00:7a::1/64");
            Node b = net.node("b", "198.18.0.2/24", "fd00:7a::2/64");
            Node c = net.node("c", "198.18.0.3/24", "fd00:7a::3/64");
            RunningDaemon daemon = net.start(io);
            a.ping("198.18.0.2");
            b.ping("198.18.0.3");
            c.ping("198.18.0.1");
            a.pingWithin(Duration.ofSeconds(60), "fd00:7a::2"); // the addresses are tentative until DAD has ended
            b.pingWithin(Duration.ofSeconds(60), "fd00:7a::3");
            a.ping("fd00:7a::2");
            c.ping("fd00:7a::1");
            assertEquals("a", daemon.portOf(a.mac()));
            assertEquals("c", daemon.portOf(c.mac()));
            assertEquals(b.mac(), daemon.macOf("198.18.0.2"));
            assertEquals(b.mac(), daemon.macOf("fd00:7a::2"));
        }
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    void jumboFramesPassUnchangedAndFramesLargerThanTheMtuAreDroppedAndCounted(Io io) {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a", "198.18.0.1/24").with("mtu: 9000");
            Node b = net.quietNode("b", "198.18.0.2/24").with("mtu: 9000");
            Node small = net.quietNode("small", "198.18.0.3/24").with("mtu: 1500");
            RunningDaemon daemon = net.start(io);
            a.ping("198.18.0.2", "-M", "do", "-s", "8972");
            a.ping("198.18.0.3", "-M", "do", "-s", "1472");
            long before = daemon.drops("small", "too-big");
            CommandResult tooBig = a.tryExec(
                    Duration.ofSeconds(60), "ping", "-n", "-c", "2", "-W", "1", "-M", "do", "-s", "8972", "198.18.0.3");
            assertNotEquals(0, tooBig.exitCode());
            assertEquals(before + 2, daemon.drops("small", "too-big"));
            b.ping("198.18.0.3"); // the port still forwards
            assertTrue(daemon.count("a", "rx-bytes") > 3 * 8972);
            assertEquals("up", daemon.portState(small.name()));
        }
    }
}
