package dev.tapswitch.e2e.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.e2e.testbed.Await;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Repeats the experiment of an article about docker0 with a real dockerd: first on docker0, then on Tapswitch, with the same results. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(400)
class ArticleIT {
    /** Connects two containers to one network and checks everything that the article shows. {@code device}: the host's interface on that network. */
    static void experiment(DockerLab lab, String device, String... network) {
        lab.web("web1", with(network, "-p", "9001:80"));
        lab.web("web2", with(network, "-p", "9002:80"));
        String name = network.length == 0 ? "bridge" : network[1];
        assertEquals("172.17.0.2", lab.address("web1", name));
        assertEquals("172.17.0.3", lab.address("web2", name));
        assertTrue(lab.host("ip", "-4", "address", "show", device).contains("172.17.0.1/16"));
        assertTrue(lab.exec("web1", "ip", "route").contains("default via 172.17.0.1 dev eth0"));

        // The host's tcpdump captures the ARP exchange in the container's namespace.
        lab.killAtEnd(
                lab.inHost("nsenter", "--net=" + lab.sandbox("web1"), "tcpdump", "-l", "-n", "-i", "eth0", "arp"),
                "arp.txt");
        Await.within(
                Duration.ofSeconds(60),
                () -> lab.outputOf("arp.txt"),
                () -> lab.outputOf("arp.txt").contains("listening on"));
        lab.ping("web1", "172.17.0.3");
        lab.ping("web2", "172.17.0.2");
        Await.within(
                Duration.ofSeconds(60),
                () -> lab.outputOf("arp.txt"),
                () -> lab.outputOf("arp.txt").contains("Request who-has 172.17.0.3 tell 172.17.0.2")
                        && lab.outputOf("arp.txt").contains("Reply 172.17.0.3 is-at 02:42:ac:11:00:03"));

        assertEquals("web2", lab.get("web1", "http://172.17.0.3/"));
        assertEquals("web1", lab.get("web2", "http://172.17.0.2/"));
        assertEquals("web1", lab.get("http://127.0.0.1:9001/"));
        assertEquals("web2", lab.get("http://127.0.0.1:9002/"));
        assertEquals("web1", lab.get("http://[::1]:9001/"));
        assertEquals("web1", lab.getFromInternet("http://" + DockerLab.HOST + ":9001/"));
        assertEquals("web2", lab.getFromInternet("http://" + DockerLab.HOST + ":9002/"));
        assertEquals("web2", lab.get("web1", "http://172.17.0.1:9002/"));
        assertEquals("web2", lab.get("web1", "http://" + DockerLab.HOST + ":9002/"));
        assertEquals("web1", lab.get("web1", "http://" + DockerLab.HOST + ":9001/"));
        // The Internet sees the host's address as the source of the container's connections.
        lab.ping("web1", DockerLab.INTERNET);
        assertEquals(DockerLab.HOST, lab.get("web1", "http://" + DockerLab.INTERNET + "/cgi-bin/who"));
    }

    private static String[] with(String[] words, String... more) {
        String[] all = Arrays.copyOf(words, words.length + more.length);
        System.arraycopy(more, 0, all, words.length, more.length);
        return all;
    }

    @Test
    void tapswitchGivesTheSameResultsAsDocker0() {
        try (var lab = new DockerLab().withDocker("--bip", "172.17.0.1/16")) {
            lab.serveInternet();
            experiment(lab, "docker0");
            lab.docker("rm", "-f", "web1", "web2");

            lab.stopDocker();
            lab.host("ip", "link", "del", "docker0");
            lab.startTapswitch();
            lab.startDocker("--bridge=none");
            onTapswitch(lab);
        }
    }

    private static void onTapswitch(DockerLab lab) {
        DockerNetworks.create(lab, "article", "172.17.0.0/16", "tap0", List.of("--gateway", "172.17.0.1"));
        experiment(lab, "tap0", "--network", "article");

        // docker0 does not resolve container names; Tapswitch networks do.
        assertEquals("web2", lab.get("web1", "http://web2/"));
        lab.ping("web2", "web1");
        // These are the counterparts of brctl show and of the column of ports in docker ps.
        List<String> shown = lab.tapswitch().cli("show").output().lines().toList();
        assertEquals(4, shown.size(), shown::toString);
        assertTrue(shown.get(1).startsWith("tap0"), shown::toString);
        String ports = lab.tapswitch().cli("ports").output();
        assertTrue(ports.contains("9001  tcp       172.17.0.2    80  tap0"), ports);
        // The neighbour table has static entries for the containers, so that the first ARP request is not flooded.
        String neighbours = lab.tapswitch().cli("neigh", "list", "tap0").output();
        assertTrue(neighbours.contains("172.17.0.3") && neighbours.contains("static"), neighbours);

        lab.docker("rm", "-f", "web1", "web2");
        lab.docker("network", "rm", "article");
        assertEquals("", lab.host("ip", "-o", "link", "show", "type", "tun").strip());
        assertTrue(!lab.host("nft", "list", "tables").contains("tapswitch"));
    }
}
