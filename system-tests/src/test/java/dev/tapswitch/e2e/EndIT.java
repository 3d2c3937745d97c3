package dev.tapswitch.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.Command;
import dev.tapswitch.e2e.testbed.Io;
import dev.tapswitch.e2e.testbed.Node;
import dev.tapswitch.e2e.testbed.RunningDaemon;
import dev.tapswitch.e2e.testbed.TestNetwork;
import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.sys.DeviceException;
import dev.tapswitch.linux.tap.TapDevice;
import dev.tapswitch.linux.tap.TapSpec;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests that the interfaces are removed when the daemon ends, and that a start right after that opens all ports. */
@Timeout(400)
class EndIT {
    private static final int PORTS = 50;

    @ParameterizedTest
    @EnumSource(Io.class)
    void theInterfacesAreGoneWhenTheDaemonHasEnded(Io io) {
        try (var net = new TestNetwork()) {
            String namespace = withPorts(net);
            RunningDaemon daemon = net.start(io, 2);
            assertEquals(PORTS, interfaces(namespace).size());
            daemon.stop();
            assertEquals(List.of(), interfaces(namespace));
        }
    }

    /** The kernel needs 20 ms to remove each interface of a killed process; with io_uring the process ends before they are removed. */
    @ParameterizedTest
    @EnumSource(Io.class)
    void aStartRightAfterAKillOpensAllPorts(Io io) {
        try (var net = new TestNetwork()) {
            withPorts(net);
            RunningDaemon first = net.start(io);
            long killed = System.nanoTime();
            first.kill();
            RunningDaemon second = net.restart();
            second.awaitPortsUp(PORTS);
            long up = (System.nanoTime() - killed) / 1_000_000;
            System.out.printf("measured: %s: all %d ports are up %d ms after a kill%n", io, PORTS, up);
        }
    }

    @Test
    void aPortOpensAtOnceWhenItsDeviceNameBecomesFree() throws DeviceException {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a");
            RunningDaemon daemon = net.start(Io.EPOLL);
            daemon.kill();
            TapDevice other = TapDevice.open(
                    TapSpec.builder("eth0", new Namespace.Named(a.namespace())).build());
            try {
                daemon = net.restart();
                // A port that waits for another reason is retried after 1, 3 and 6 s. After this pause, the next retry
                // would be too late for the limit below.
                Await.pause(Duration.ofMillis(3_200));
                assertEquals("gone", daemon.portState("a"));
            } finally {
                other.close();
            }
            daemon.awaitPortState("a", Duration.ofSeconds(2), "up");
        }
    }

    private static String withPorts(TestNetwork net) {
        String namespace = net.quietNamespace("many");
        for (int i = 0; i < PORTS; i++) net.portIn(namespace, "p" + i);
        return namespace;
    }

    /** All interfaces except lo. */
    private static List<String> interfaces(String namespace) {
        return Command.expect("ip", "-n", namespace, "-br", "link")
                .lines()
                .map(line -> line.split("[ @]", 2)[0])
                .filter(name -> !name.equals("lo"))
                .toList();
    }
}
