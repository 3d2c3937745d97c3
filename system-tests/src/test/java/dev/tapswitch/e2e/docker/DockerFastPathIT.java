package dev.tapswitch.e2e.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.FastPathSupport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Docker networks whose interfaces are veth pairs: the kernel forwards between containers, and between them and the host. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(400)
class DockerFastPathIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private static final int FILE_BYTES = 64 << 20;
    private static final int SHA256_DIGITS = 64;

    private static String link(DockerLab lab, String container) {
        return lab.host("nsenter", "--net=" + lab.sandbox(container), "ip", "-d", "-o", "link", "show", "eth0");
    }

    private static void awaitStations(DockerLab lab, int count) {
        Await.within(
                TIMEOUT,
                () -> count + " stations: " + lab.tapswitch().api().get("/v1/fast-path"),
                () -> lab.tapswitch()
                                .api()
                                .get("/v1/fast-path")
                                .path("stations")
                                .asLong()
                        == count);
    }

    /** Counts the host ends of veth pairs that are parked on the host while the daemon is stopped. */
    private static long parked(DockerLab lab) {
        return lab.host("ip", "-o", "link", "show", "type", "veth")
                .lines()
                .filter(link -> link.contains("parked until tapswitch starts") && !link.contains(",UP"))
                .count();
    }

    @Test
    void knownTrafficGoesOnWhileTheDaemonIsDead() {
        FastPathSupport.require();
        try (DockerLab lab = new DockerLab().withDocker("--bridge=none")) {
            lab.startTapswitch();
            DockerNetworks.create(lab, "net", "--subnet", "10.75.0.0/24");
            lab.web("aa", "--network", "net", "-p", "9001:80");
            lab.web("bb", "--network", "net");
            FastPathSupport.requireTcx(lab.tapswitch());
            assertTrue(link(lab, "aa").contains(" veth "), () -> link(lab, "aa"));
            // The two containers and the host have bound MAC addresses, so they are known before they send.
            awaitStations(lab, 3);
            lab.ping("bb", "aa");
            assertEquals("aa", lab.get("http://127.0.0.1:9001/"));
            assertEquals("aa", lab.getFromInternet("http://" + DockerLab.HOST + ":9001/"));

            lab.tapswitch().kill();
            String pings = lab.exec("bb", "ping", "-c", "30", "-i", "0.1", "-W", "20", lab.address("aa", "net"));
            assertTrue(pings.contains(" 0% packet loss"), pings);
            assertEquals("aa", lab.get("bb", "http://" + lab.address("aa", "net") + "/"));
            assertEquals("aa", lab.get("http://127.0.0.1:9001/"));
            assertEquals("aa", lab.getFromInternet("http://" + DockerLab.HOST + ":9001/"));

            lab.restartTapswitch();
            lab.tapswitch().awaitPortsUp(3);
            awaitStations(lab, 3);
            lab.ping("aa", "bb");
        }
    }

    @Test
    void aStopKeepsTheInterfacesInContainersAndTheOtherEndsOnTheHost() {
        FastPathSupport.require();
        try (DockerLab lab = new DockerLab().withDocker("--bridge=none")) {
            lab.startTapswitch();
            DockerNetworks.create(lab, "net", "10.75.0.0/24", "net0", List.of());
            lab.web("aa", "--network", "net", "-p", "9001:80");
            lab.web("bb", "--network", "net");
            String index = lab.exec("aa", "cat", "/sys/class/net/eth0/ifindex");
            lab.tapswitch().stop();
            assertEquals(2, parked(lab), () -> lab.host("ip", "link"));
            assertTrue(!lab.host("ip", "-o", "link").contains(" net0@"), () -> lab.host("ip", "link"));

            lab.restartTapswitch();
            lab.tapswitch().awaitPortsUp(3);
            assertEquals(0, parked(lab), () -> lab.host("ip", "link"));
            assertEquals(index, lab.exec("aa", "cat", "/sys/class/net/eth0/ifindex"));
            lab.ping("aa", "bb");
            assertEquals("aa", lab.get("http://127.0.0.1:9001/"));
        }
    }

    /** TCP super-frames of 256 KiB leave the container; the host translates their addresses and forwards them to an interface that accepts at most 64 KiB. */
    @Test
    void largeTransfersToAndFromTheInternetAreIntact() throws IOException {
        FastPathSupport.require();
        try (DockerLab lab = new DockerLab().withDocker("--bridge=none")) {
            lab.startTapswitch();
            lab.serveInternet();
            Path file = lab.directory().resolve("www/file");
            byte[] content = new byte[FILE_BYTES];
            new Random(1).nextBytes(content);
            Files.write(file, content);
            DockerNetworks.create(lab, "net", "--subnet", "10.75.0.0/24");
            lab.web(
                    "aa",
                    "--network",
                    "net",
                    "-p",
                    "9001:80",
                    "-v",
                    lab.directory().resolve("www") + ":/www/shared");
            String sum = lab.host("sha256sum", file.toString()).substring(0, SHA256_DIGITS);
            String url = "http://" + DockerLab.INTERNET + "/file";
            assertEquals(
                    sum,
                    lab.exec("aa", "sh", "-c", "wget -q -O - " + url + " | sha256sum")
                            .substring(0, SHA256_DIGITS));
            String published = "curl -gsS --max-time 60 http://" + DockerLab.HOST + ":9001/shared/file | sha256sum";
            assertEquals(sum, lab.internet("sh", "-c", published).substring(0, SHA256_DIGITS));
            String local = "curl -gsS --max-time 60 http://127.0.0.1:9001/shared/file | sha256sum";
            assertEquals(sum, lab.host("sh", "-c", local).substring(0, SHA256_DIGITS));
        }
    }

    @Test
    void aNetworkCanHaveTaps() {
        try (DockerLab lab = new DockerLab().withDocker("--bridge=none")) {
            lab.startTapswitch();
            DockerNetworks.create(lab, "net", "--subnet", "10.75.0.0/24", "-o", "tapswitch.kind=tap");
            lab.web("aa", "--network", "net", "-p", "9001:80");
            lab.web("bb", "--network", "net");
            assertTrue(link(lab, "aa").contains(" tun type tap "), () -> link(lab, "aa"));
            lab.ping("bb", "aa");
            assertEquals("aa", lab.get("http://127.0.0.1:9001/"));
        }
    }
}
