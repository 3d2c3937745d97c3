package dev.tapswitch.e2e.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.control.json.Json;
import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.FastPathSupport;
import dev.tapswitch.e2e.testbed.PingReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ports of kind veth in the installed service: its hardening permits them, and known traffic continues while its process is replaced. */
@Timeout(700)
@Tag("ordered")
class FastPathServiceIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final String CONFIG = """
            switches:
              lan:
                ports:
                  a: {namespace: a, device: eth0, kind: veth, addresses: [198.18.0.1/24]}
                  b: {namespace: b, device: eth0, kind: veth, addresses: [198.18.0.2/24]}
            """;

    @Test
    void knownTrafficGoesOnWhileTheServiceIsRestartedKilledAndHandedOver() throws Exception {
        FastPathSupport.require();
        try (SystemdLab lab = SystemdLab.up()) {
            lab.expect("dpkg -i --no-triggers /opt/tapswitch.deb");
            Json fastPath = Json.parse(lab.expect("tapswitch fast-path show --json"));
            assertTrue(fastPath.required("works").asBoolean(), fastPath::toString);
            lab.expect("ip netns add a && ip netns add b");
            lab.write("/etc/tapswitch/tapswitch.yaml", CONFIG);
            lab.expect("systemctl reload tapswitch");
            lab.expect("ip netns exec a ping -n -c 3 -i 0.2 -W 20 198.18.0.2");
            awaitStations(lab);
            assertEquals("3", lab.property("NFileDescriptorStore"), "two queues and the namespace are stored");
            assertNothingLost(lab, "systemctl restart tapswitch");
            assertNothingLost(lab, "systemctl kill -s KILL tapswitch; sleep 1");
            assertNothingLost(lab, "tapswitch restart");
            assertEquals("3", lab.property("NFileDescriptorStore"));
            lab.expect("systemctl stop tapswitch");
            Await.within(
                    TIMEOUT,
                    () -> "the interfaces are removed",
                    () -> lab.run("ip -n a link show eth0").exitCode() != 0
                            && lab.run("ip -n b link show eth0").exitCode() != 0);
            assertNotEquals(
                    0, lab.run("test -e /var/lib/tapswitch/switch-namespace").exitCode());
        }
    }

    private static void awaitStations(SystemdLab lab) {
        Await.within(
                TIMEOUT,
                () -> "two fast stations: "
                        + lab.run("tapswitch fast-path show").output() + lab.log(),
                () -> lab.run("tapswitch fast-path show --json | tr -d ' \n' | grep -q '\"stations\":2,'")
                                .exitCode()
                        == 0);
    }

    private static void assertNothingLost(SystemdLab lab, String command) throws IOException, InterruptedException {
        String index = lab.expect("ip netns exec a cat /sys/class/net/eth0/ifindex");
        Path output = lab.directory().resolve("ping");
        Process ping = lab.start("ip netns exec a ping -n -c 250 -i 0.02 -W 20 198.18.0.2", output);
        lab.expect(command);
        assertTrue(ping.waitFor(120, TimeUnit.SECONDS), "ping has not ended in time");
        PingReport.assertNoneLost(command + ":\n" + Files.readString(output) + lab.log());
        assertEquals(index, lab.expect("ip netns exec a cat /sys/class/net/eth0/ifindex"), command);
        awaitStations(lab);
    }
}
