package dev.tapswitch.e2e.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.control.json.Json;
import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.Command;
import dev.tapswitch.e2e.testbed.CommandResult;
import dev.tapswitch.e2e.testbed.Frames;
import dev.tapswitch.e2e.testbed.MacSpoofer;
import dev.tapswitch.e2e.testbed.NamespaceThread;
import dev.tapswitch.e2e.testbed.RawSocket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Docker's default network: {@code docker run} without {@code --network}, with Tapswitch behind Docker's bridge. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(400)
class DockerDefaultBridgeIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final String MAC_OF_WEB1 = "02:42:ac:11:00:02";
    private static final String MAC_OF_WEB2 = "02:42:ac:11:00:03";

    private static Json ports(DockerLab lab, String name) {
        return lab.tapswitch().api().get("/v1/switches/" + name + "/ports");
    }

    private static void awaitPortsUp(DockerLab lab, String name, int count) {
        Await.within(
                TIMEOUT,
                () -> count + " ports up: " + ports(lab, name) + "\n"
                        + lab.tapswitch().log(),
                () -> ports(lab, name).size() == count
                        && lab.tapswitch()
                                        .api()
                                        .get("/v1/switches/" + name)
                                        .required("ports-up")
                                        .asInt()
                                == count);
    }

    /** The port of a MAC table entry, or "" if there is none. */
    private static String portOf(DockerLab lab, String name, String mac) {
        for (Json entry : lab.tapswitch().api().get("/v1/switches/" + name + "/macs")) {
            if (entry.required("mac").asString().equals(mac))
                return entry.required("port").asString();
        }
        return "";
    }

    private static long count(DockerLab lab, String port, String counter) {
        return lab.tapswitch()
                .api()
                .get("/v1/switches/docker0/ports/" + port)
                .required("counters")
                .required(counter)
                .asLong();
    }

    /** The ports of the kernel's bridge in state forwarding. */
    private static List<String> portsForwardedByTheKernel(DockerLab lab) {
        return lab.host("bridge", "-o", "link")
                .lines()
                .filter(line -> line.contains("state forwarding"))
                .map(line -> line.split(": ", -1)[1].split("@", -1)[0])
                .toList();
    }

    @Test
    void plainDockerRunUsesTheSwitch() {
        try (var lab = new DockerLab()) {
            lab.serveInternet();
            // docker0 does not exist yet; Tapswitch waits for it.
            lab.startTapswitch("docker: {enabled: true, default-bridge: docker0}");
            lab.withDocker("--bip", "172.17.0.1/16");
            ArticleIT.experiment(lab, "docker0");
            assertTrue(lab.docker("ps").contains("0.0.0.0:9001->80/tcp"));

            awaitPortsUp(lab, "docker0", 3);
            String web1 = portOf(lab, "docker0", MAC_OF_WEB1);
            String web2 = portOf(lab, "docker0", MAC_OF_WEB2);
            assertTrue(web1.startsWith("veth") && web2.startsWith("veth") && !web1.equals(web2), web1 + " " + web2);
            assertEquals(List.of("tap-docker0"), portsForwardedByTheKernel(lab));
            long before = count(lab, web2, "tx-frames");
            lab.exec("web1", "ping", "-c", "20", "-i", "0.01", "172.17.0.3");
            assertTrue(count(lab, web2, "tx-frames") >= before + 20);

            assertSuperFramesPassInBothDirections(lab, web1, web2);
            assertAPortIsServedAfterItsLinkWentDownAndUp(lab, web1);

            lab.docker("rm", "-f", "web1");
            awaitPortsUp(lab, "docker0", 2);
            lab.docker("rm", "-f", "web2");
            awaitPortsUp(lab, "docker0", 1);
            assertEquals("", portOf(lab, "docker0", MAC_OF_WEB1));
            assertFalse(lab.host("nft", "list", "tables").contains("tapswitch"));
        }
    }

    private static void assertSuperFramesPassInBothDirections(DockerLab lab, String web1, String web2) {
        lab.host("nsenter", "--net=" + lab.sandbox("web2"), "iperf3", "-s", "-D", "--pidfile", "/run/iperf3.pid");
        for (String direction : List.of("--client", "-Rc")) {
            String from = direction.equals("-Rc") ? web2 : web1;
            long frames = count(lab, from, "rx-frames");
            long bytes = count(lab, from, "rx-bytes");
            lab.host("nsenter", "--net=" + lab.sandbox("web1"), "iperf3", direction, "172.17.0.3", "-n", "200M");
            frames = count(lab, from, "rx-frames") - frames;
            bytes = count(lab, from, "rx-bytes") - bytes;
            assertTrue(bytes > 200_000_000 && bytes / frames > 4_500, bytes + " bytes in " + frames + " frames");
        }
        lab.host("sh", "-c", "kill $(tr -d '\\0' </run/iperf3.pid)");
    }

    /** The kernel sets a bridge port to forwarding when its link comes up; Tapswitch must disable it again. */
    private static void assertAPortIsServedAfterItsLinkWentDownAndUp(DockerLab lab, String web1) {
        String inside = "--net=" + lab.sandbox("web1");
        lab.host("nsenter", inside, "ip", "link", "set", "eth0", "down");
        Await.within(
                TIMEOUT,
                () -> "the port is down",
                () -> ports(lab, "docker0").toString().contains("its interface is down"));
        lab.host("nsenter", inside, "ip", "link", "set", "eth0", "up");
        awaitPortsUp(lab, "docker0", 3);
        Await.within(
                TIMEOUT,
                () -> "the kernel does not forward to " + web1 + ": " + lab.host("bridge", "link"),
                () -> portsForwardedByTheKernel(lab).equals(List.of("tap-docker0")));
        lab.ping("web1", "172.17.0.3");
    }

    @Test
    void noContainerReceivesTheTrafficOfTheGatewayOrOfAnother() {
        try (var lab = new DockerLab()) {
            lab.withDocker("--bip", "172.17.0.1/16");
            // One container starts before Tapswitch, two after it.
            lab.web("web1");
            lab.startTapswitch("docker: {enabled: true, default-bridge: docker0}");
            lab.web("web2");
            lab.web("attacker");
            awaitPortsUp(lab, "docker0", 4);
            String gateway = lab.host("ip", "-br", "link", "show", "docker0").split(" +", -1)[2];
            for (String mac : List.of(gateway, MAC_OF_WEB1, MAC_OF_WEB2))
                Await.within(TIMEOUT, () -> mac + " is bound: " + macs(lab), () -> isBound(lab, mac));
            assertEquals("docker0", portOf(lab, "docker0", gateway));

            try (var socket = rawSocketIn(lab, "attacker")) {
                for (var target : List.of(List.of(gateway, "172.17.0.1"), List.of(MAC_OF_WEB1, "172.17.0.2"))) {
                    try (var spoofer = new MacSpoofer(socket, target.getFirst())) {
                        spoofer.assertOwnerReceived(pings(lab, "web2", target.getLast()));
                    }
                }
                // The attacker sends from 3,000 MACs; a new container is still learned.
                for (int i = 0; i < 3_000; i++)
                    socket.send(
                            Frames.frame(Frames.BROADCAST, "02:66:00:00:%02x:%02x".formatted(i >> 8, i & 255), "88b5"));
            }
            lab.web("web3");
            awaitPortsUp(lab, "docker0", 5);
            lab.ping("web3", "172.17.0.2");
            assertTrue(lab.tapswitch()
                            .api()
                            .get("/v1/switches/docker0")
                            .required("macs")
                            .asInt()
                    < 1_100);

            // A container may change its MAC; the one that Docker assigned stays bound to it.
            String inside = "--net=" + lab.sandbox("web2");
            lab.host("nsenter", inside, "ip", "link", "set", "eth0", "address", "02:00:5e:00:00:01");
            lab.host("nsenter", inside, "ping", "-n", "-c", "2", "-W", "5", "172.17.0.2");
            assertTrue(isBound(lab, MAC_OF_WEB2), () -> macs(lab).toString());
            assertNotEquals("", portOf(lab, "docker0", "02:00:5e:00:00:01"));
        }
    }

    private static RawSocket rawSocketIn(DockerLab lab, String container) {
        String pid = lab.docker("inspect", "-f", "{{.State.Pid}}", container);
        return NamespaceThread.call("/proc/" + pid + "/ns/net", () -> RawSocket.on("eth0"));
    }

    private static CommandResult pings(DockerLab lab, String container, String address) {
        return Command.run(
                Duration.ofSeconds(60),
                lab.inHost(
                        "nsenter",
                        "--net=" + lab.sandbox(container),
                        "ping",
                        "-n",
                        "-c",
                        "50",
                        "-i",
                        "0.02",
                        "-W",
                        "10",
                        address));
    }

    private static Json macs(DockerLab lab) {
        return lab.tapswitch().api().get("/v1/switches/docker0/macs");
    }

    private static boolean isBound(DockerLab lab, String mac) {
        for (Json entry : macs(lab)) {
            if (entry.required("mac").asString().equals(mac))
                return entry.required("static").asBoolean();
        }
        return false;
    }

    @Test
    void containersReachEachOtherWhileTapswitchOrDockerdIsDown() {
        try (var lab = new DockerLab().withDocker("--bip", "172.17.0.1/16", "--live-restore")) {
            // This container starts before Tapswitch.
            lab.web("web1", "-p", "9001:80");
            lab.startTapswitch("docker: {enabled: true, default-bridge: docker0}");
            lab.web("web2");
            awaitPortsUp(lab, "docker0", 3);
            lab.ping("web1", "172.17.0.3");

            lab.tapswitch().kill();
            lab.web("web3");
            lab.restartTapswitch();
            awaitPortsUp(lab, "docker0", 4);
            assertEquals(List.of("tap-docker0"), portsForwardedByTheKernel(lab));
            lab.ping("web1", "172.17.0.3");
            lab.ping("web3", "172.17.0.2");
            assertEquals("web1", lab.get("http://127.0.0.1:9001/"));

            lab.tapswitch().handOver();
            awaitPortsUp(lab, "docker0", 4);
            assertEquals(List.of("tap-docker0"), portsForwardedByTheKernel(lab));
            lab.ping("web3", "172.17.0.2");
            assertEquals("web1", lab.get("http://127.0.0.1:9001/"));

            // On SIGTERM Tapswitch returns the ports to the bridge.
            lab.tapswitch().stop();
            assertEquals(3, portsForwardedByTheKernel(lab).size());
            lab.ping("web1", "172.17.0.3");
            assertEquals("web1", lab.get("http://127.0.0.1:9001/"));
            assertEquals("web1", lab.get("web3", "http://172.17.0.2/"));
            lab.docker("rm", "-f", "web3");
            lab.restartTapswitch();
            awaitPortsUp(lab, "docker0", 3);

            lab.stopDocker();
            assertEquals("web1", lab.get("http://172.17.0.2/"));
            lab.restartDocker();
            lab.docker("restart", "-t", "1", "web1");
            awaitPortsUp(lab, "docker0", 3);
            lab.ping("web2", "172.17.0.2");
            assertEquals("web1", lab.get("http://127.0.0.1:9001/"));
        }
    }

    @Test
    void aBridgeCreatedForDockerIsolatesContainersWithIccDisabled() {
        try (var lab = new DockerLab()) {
            lab.startTapswitch("docker: {enabled: true, default-bridge: ts0, default-bridge-address: 172.17.0.1/16}");
            Await.within(
                    TIMEOUT,
                    () -> "tap-ts0 exists",
                    () -> lab.host("ip", "-br", "link").contains("tap-ts0"));
            lab.withDocker("--bridge", "ts0", "--icc=false", "--userland-proxy=false", "--mtu", "9000");
            lab.web("web1", "-p", "9001:80");
            lab.web("web2");
            awaitPortsUp(lab, "ts0", 3);
            assertEquals("172.17.0.2", lab.address("web1", "bridge"));
            assertNotEquals(
                    0,
                    lab.tryExec("web2", "ping", "-c", "1", "-W", "1", "172.17.0.2")
                            .exitCode());
            lab.ping("web2", "172.17.0.1");
            assertEquals("web1", lab.getFromInternet("http://" + DockerLab.HOST + ":9001/"));
            // The host and a container exchange jumbo frames.
            lab.host("ping", "-c", "1", "-W", "2", "-M", "do", "-s", "8972", "172.17.0.2");
        }
    }
}
