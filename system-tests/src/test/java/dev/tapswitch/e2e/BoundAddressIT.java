package dev.tapswitch.e2e;

import static dev.tapswitch.e2e.testbed.Frames.arp;
import static dev.tapswitch.e2e.testbed.Frames.arpRequest;
import static dev.tapswitch.e2e.testbed.Frames.isArpRequest;
import static dev.tapswitch.e2e.testbed.Frames.neighbourAdvertisement;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.control.json.Json;
import dev.tapswitch.e2e.cni.CniRuntime;
import dev.tapswitch.e2e.docker.DockerLab;
import dev.tapswitch.e2e.docker.DockerNetworks;
import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.Frames;
import dev.tapswitch.e2e.testbed.Io;
import dev.tapswitch.e2e.testbed.NamespaceThread;
import dev.tapswitch.e2e.testbed.Node;
import dev.tapswitch.e2e.testbed.RawSocket;
import dev.tapswitch.e2e.testbed.RunningDaemon;
import dev.tapswitch.e2e.testbed.TestNetwork;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests stations that claim an address which Tapswitch has bound to another MAC: on Docker and CNI networks, and the address of a host port. */
@Timeout(400)
class BoundAddressIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Duration QUIET_PERIOD = Duration.ofMillis(300);

    @Test
    void onADockerNetworkAContainerCannotClaimTheAddressOfAnother() {
        try (var lab = new DockerLab().withDocker("--bridge=none")) {
            lab.startTapswitch();
            DockerNetworks.create(lab, "net", "10.78.0.0/24", "net0", List.of("--ipv6", "--subnet", "fd78::/64"));
            for (String name : new String[] {"aa", "bb", "cc"}) lab.web(name, "--network", "net");
            String macA = mac(lab, "aa");
            String macB = mac(lab, "bb");
            String macC = mac(lab, "cc");
            String gatewayMac = linkMac(lab.host("ip", "-br", "link", "show", "net0"));
            String a = lab.address("aa", "net");
            String b = lab.address("bb", "net");
            String b6 = lab.docker(
                    "inspect", "-f", "{{(index .NetworkSettings.Networks \"net\").GlobalIPv6Address}}", "bb");
            try (RawSocket atC = socketIn(lab, "cc")) {
                for (int i = 0; i < 20; i++) {
                    atC.send(arpRequest(macC, b, b));
                    atC.send(arp(2, macA, macC, b, macA, a));
                    atC.send(arp(2, gatewayMac, macC, b, gatewayMac, "10.78.0.1"));
                    atC.send(arpRequest(macC, b, a));
                    atC.send(arpRequest(macC, "10.78.0.1", a));
                    atC.send(neighbourAdvertisement(macC, hex(b6)));
                    if (i % 5 == 0) {
                        lab.exec(
                                "aa",
                                "sh",
                                "-c",
                                "ip neigh flush dev eth0; ping -c 1 -W 5 " + b + "; ping -6 -c 1 -W 5 " + b6);
                        lab.host("ip", "neigh", "flush", "dev", "net0");
                        lab.host("ping", "-n", "-c", "1", "-W", "5", b);
                    }
                    assertTrue(
                            lab.host("ip", "neigh", "show", b, "dev", "net0").contains(macB),
                            "the neighbour entry of the host has another MAC");
                }
                assertTrue(neighbour(lab, "aa", b).contains(macB), () -> neighbour(lab, "aa", b));
                assertTrue(neighbour(lab, "aa", b6).contains(macB), () -> neighbour(lab, "aa", b6));
                assertEquals(0, atC.count(isPingTo(b), QUIET_PERIOD), "pings that reached the forger");
                assertEquals(120, boundAddressDrops(lab.tapswitch(), "net0"), "dropped forged frames");
                Await.within(
                        TIMEOUT,
                        () -> lab.tapswitch().log(),
                        () -> lab.tapswitch().log().contains("it is bound to " + macB));

                // A request for a bound address goes to its port only.
                for (int i = 0; i < 5; i++) lab.exec("aa", "sh", "-c", "ip neigh flush dev eth0; ping -c 1 -W 5 " + b);
                assertEquals(
                        0, atC.count(isArpRequest(macA, b), QUIET_PERIOD), "requests that reached a third container");
            }
        }
    }

    @Test
    void onDockersDefaultNetworkNoContainerCanClaimTheAddressOfTheGateway() {
        try (var lab = new DockerLab().withDocker("--bip", "172.17.0.1/16")) {
            lab.startTapswitch("docker: {enabled: true, default-bridge: docker0}");
            lab.web("aa");
            lab.web("cc");
            RunningDaemon daemon = lab.tapswitch();
            String gatewayMac = linkMac(lab.host("ip", "-br", "link", "show", "docker0"));
            Await.within(
                    TIMEOUT,
                    () -> daemon.api().get("/v1/switches/docker0/neighbours") + daemon.log(),
                    () -> macOf(daemon, "docker0", "172.17.0.1").equals(gatewayMac));
            Await.within(
                    TIMEOUT,
                    () -> "all ports are up",
                    () -> daemon.api()
                                    .get("/v1/switches/docker0")
                                    .required("ports-up")
                                    .asInt()
                            == 3);
            String inside = "--net=" + lab.sandbox("aa");
            String macC = lab.docker("inspect", "-f", "{{.NetworkSettings.Networks.bridge.MacAddress}}", "cc");
            try (RawSocket atC = socketIn(lab, "cc")) {
                for (int i = 0; i < 20; i++) {
                    atC.send(arpRequest(macC, "172.17.0.1", "172.17.0.1"));
                    lab.host("nsenter", inside, "ip", "neigh", "flush", "all");
                    lab.host("nsenter", inside, "ping", "-n", "-c", "1", "-W", "5", "172.17.0.1");
                    String neighbour = lab.host("nsenter", inside, "ip", "neigh", "show", "172.17.0.1");
                    assertTrue(neighbour.contains(gatewayMac), neighbour);
                }
                assertEquals(20, boundAddressDrops(daemon, "docker0"));
            }
        }
    }

    private static RawSocket socketIn(DockerLab lab, String container) {
        String pid = lab.docker("inspect", "-f", "{{.State.Pid}}", container);
        return NamespaceThread.call("/proc/" + pid + "/ns/net", () -> RawSocket.on("eth0"));
    }

    @Test
    void onACniNetworkAContainerCannotClaimTheAddressOfAnotherOrOfTheGateway() throws IOException {
        try (var net = new TestNetwork()) {
            CniRuntime pods = CniRuntime.start(net, "1.0.0");
            String a = CniRuntime.addressOf(pods.add("one"));
            Json two = pods.add("two");
            String b = CniRuntime.addressOf(two);
            String macB = two.path("interfaces").path(0).path("mac").asString();
            pods.add("three");
            pods.ping("one", two);
            String macA = macIn(pods, "one");
            String macC = macIn(pods, "three");
            try (RawSocket atC =
                    NamespaceThread.call("/run/netns/" + net.namespace("three"), () -> RawSocket.on("eth0"))) {
                for (int i = 0; i < 20; i++) {
                    atC.send(arpRequest(macC, b, b));
                    atC.send(arp(2, macA, macC, b, macA, a));
                    atC.send(arpRequest(macC, "198.18.7.1", "198.18.7.1"));
                    pods.exec("one", "ip", "neigh", "flush", "all");
                    pods.exec("one", "ping", "-n", "-c", "1", "-W", "5", b);
                    assertTrue(pods.exec("one", "ip", "neigh", "show", b).contains(macB));
                }
                assertEquals(60, boundAddressDrops(pods.daemon(), "pods"));
            }
            // The address is free for the next container, which has another MAC.
            pods.delete("two");
            assertEquals("", macOf(pods.daemon(), "pods", b));
        }
    }

    @Test
    void theAddressOfAHostPortCannotBeClaimedOnAnySwitch() {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a", "198.18.0.1/24");
            Node c = net.quietNode("c");
            RunningDaemon daemon = net.start(Io.EPOLL);
            daemon.api().post("/v1/switches/lan/ports", "{\"name\": \"gw0\", \"addresses\": [\"198.18.0.254/24\"]}");
            String mac = daemon.port("gw0").required("mac").asString();
            assertEquals(mac, daemon.macOf("198.18.0.254"));
            RawSocket atC = c.raw();
            for (int i = 0; i < 20; i++) {
                atC.send(arpRequest(c.mac(), "198.18.0.254", "198.18.0.254"));
                a.ip("neigh", "flush", "all");
                a.exec("ping", "-n", "-c", "1", "-W", "5", "198.18.0.254");
                assertTrue(a.ip("neigh", "show", "198.18.0.254").contains(mac));
            }
            assertEquals(20, daemon.drops("c", "address-bound"));
            daemon.api().send("PATCH", "/v1/switches/lan/ports/gw0", "{\"addresses\": [\"198.18.0.253/24\"]}");
            assertEquals("", daemon.macOf("198.18.0.254"));
            assertEquals(mac, daemon.macOf("198.18.0.253"));
            daemon.api().delete("/v1/switches/lan/ports/gw0");
            assertEquals("", daemon.macOf("198.18.0.253"));
        }
    }

    private static String macOf(RunningDaemon daemon, String name, String address) {
        for (Json entry : daemon.api().get("/v1/switches/" + name + "/neighbours")) {
            if (entry.required("address").asString().equals(address))
                return entry.required("mac").asString();
        }
        return "";
    }

    private static long boundAddressDrops(RunningDaemon daemon, String name) {
        long drops = 0;
        for (Json port : daemon.api().get("/v1/switches/" + name + "/stats").required("ports"))
            drops += port.required("drops").path("address-bound").asLong(0);
        return drops;
    }

    private static String neighbour(DockerLab lab, String container, String address) {
        return lab.exec(container, "sh", "-c", "ip neigh | grep '^" + address + " '");
    }

    private static String mac(DockerLab lab, String container) {
        return lab.docker("inspect", "-f", "{{(index .NetworkSettings.Networks \"net\").MacAddress}}", container);
    }

    /** The MAC in a line of {@code ip -br link}. */
    private static String linkMac(String line) {
        return line.strip().split("\\s+", -1)[2];
    }

    private static String macIn(CniRuntime pods, String namespace) {
        return linkMac(pods.exec(namespace, "ip", "-br", "link", "show", "eth0"));
    }

    private static Predicate<byte[]> isPingTo(String address) {
        return frame -> Frames.hasAt(frame, 12, "0800")
                && Frames.hasAt(frame, 23, "01")
                && Frames.hasAt(frame, 30, Frames.ipv4(address));
    }

    private static String hex(String address) {
        try {
            return HexFormat.of().formatHex(InetAddress.getByName(address).getAddress());
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }
}
