package dev.tapswitch.e2e.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.e2e.testbed.Await;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The CNI plugin with Podman as the runtime, and with host-local and portmap. */
@Timeout(400)
class PodmanIT {
    @Test
    void containersAreConnectedAndPublishedAndLeaveNothingBehind() {
        try (var lab = new PodmanLab()) {
            lab.network("pods", """
                    {"cniVersion": "0.4.0", "name": "pods", "plugins": [
                      {"type": "tapswitch", "isDefaultGateway": true, "ipMasq": true,
                       "capabilities": {"mac": true, "ips": true, "bandwidth": true},
                       "ipam": {"type": "host-local", "ranges": [[{"subnet": "198.18.7.0/24"}]]}},
                      {"type": "portmap", "snat": true, "capabilities": {"portMappings": true}}]}
                    """);
            lab.importBox();
            lab.startTapswitch();
            lab.web("aa", "--network", "pods", "-p", "9001:80", "--mac-address", "02:11:22:33:44:66");
            lab.web("bb", "--network", "pods", "--ip", "198.18.7.77");
            String pings = lab.podman("exec", "aa", "ping", "-c", "2", "-W", "2", "198.18.7.77");
            assertTrue(pings.contains(" 0% packet loss"), pings);
            assertTrue(lab.podman("exec", "aa", "ip", "link", "show", "eth0").contains("02:11:22:33:44:66"));
            assertEquals("aa", get(lab, "http://198.18.7.1:9001/"));
            assertEquals("bb", lab.podman("exec", "aa", "wget", "-q", "-O", "-", "http://198.18.7.77/"));
            assertEquals(3, lab.tapswitchPorts("pods"));

            lab.podman("rm", "-f", "-t", "0", "bb");
            assertEquals(2, lab.tapswitchPorts("pods"));
            assertEquals("aa", get(lab, "http://198.18.7.1:9001/"));
            lab.podman("restart", "-t", "0", "aa");
            Await.within(
                    Duration.ofSeconds(60),
                    () -> "aa serves again",
                    () -> lab.tryHost("curl", "-s", "-m", "2", "http://198.18.7.1:9001/")
                            .output()
                            .strip()
                            .equals("aa"));
            lab.podman("rm", "-f", "-t", "0", "aa");
            assertEquals(1, lab.host("ip", "-br", "link").lines().count(), "only lo is left");
            assertEquals("", lab.host("ls", "/run/netns").strip());
            assertEquals(
                    "", lab.host("find", "/var/lib/cni", "-name", "198.18.*").strip());
            assertEquals(-1, lab.tapswitchPorts("pods"));
            String rules = lab.host("nft", "list", "ruleset");
            assertTrue(!rules.contains("tapswitch") && !rules.contains("9001"), rules);
        }
    }

    private static String get(PodmanLab lab, String url) {
        return lab.host("curl", "-sS", "-m", "5", url).strip();
    }
}
