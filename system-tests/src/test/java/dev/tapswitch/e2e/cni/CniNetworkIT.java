package dev.tapswitch.e2e.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tapswitch.control.json.Json;
import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.Command;
import dev.tapswitch.e2e.testbed.CommandResult;
import dev.tapswitch.e2e.testbed.TestNetwork;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** CNI networks: bandwidth limits, masquerading, and the resources that exist from the first container to the last. */
@Timeout(400)
class CniNetworkIT {
    private static final String INTERNET = "198.18.99.2";

    @Test
    void theBandwidthOfAContainerIsLimitedInBothDirections() throws IOException {
        try (var net = new TestNetwork()) {
            CniRuntime pods = CniRuntime.start(net, "1.0.0");
            String limits = """
                    {"bandwidth": {"ingressRate": 20000000, "ingressBurst": 1000000,
                                   "egressRate": 60000000, "egressBurst": 2147483647}}""";
            pods.with("runtimeConfig", Json.parse(limits)).add("one");
            Json two = pods.add("two");
            net.killAtEnd(
                    Command.start(TestNetwork.inNamespace(net.namespace("two"), "iperf3", "-s"), Path.of("/dev/null")));
            Await.within(
                    Duration.ofSeconds(60),
                    () -> "iperf3 listens",
                    () -> pods.exec("two", "ss", "-ltn").contains(":5201"));
            within(20, rate(pods, "one", two, "-R"), "ingress");
            // The burst lasts for more than a second. Only the traffic after it is limited, so the first 2 s are
            // omitted (-O).
            within(60, rate(pods, "one", two, "-O", "2"), "egress");
            pods.delete("one");
            assertEquals(1, pods.exec("one", "ip", "-br", "link").lines().count(), "only lo is left");
        }
    }

    /** The rate at the receiver over two seconds, in Mbit/s. */
    private static double rate(CniRuntime pods, String from, Json to, String... options) {
        List<String> words = new ArrayList<>(List.of("iperf3", "-J", "-t", "2", "-c", CniRuntime.addressOf(to)));
        words.addAll(List.of(options));
        String output = pods.exec(from, words.toArray(String[]::new));
        return Json.parse(output)
                        .path("end")
                        .path("sum_received")
                        .path("bits_per_second")
                        .asDouble()
                / 1e6;
    }

    private static void within(double limit, double measured, String what) {
        System.out.printf("measured: CNI bandwidth, %s limited to %.0f Mbit/s: %.1f Mbit/s%n", what, limit, measured);
        assertTrue(measured > 0.4 * limit && measured < 1.3 * limit, what + ": " + measured + " Mbit/s");
    }

    @Test
    void packetsAreMasqueradedUntilTheLastContainerIsRemovedAlsoAfterARestart() throws IOException {
        try (var net = new TestNetwork()) {
            assumeTrue(Command.exists("nft"), "needs nft");
            CniRuntime pods = CniRuntime.start(net, "1.0.0").with("ipMasq", true);
            createInternet(net);
            assertEquals(
                    "0", pods.exec("sw", "sysctl", "-n", "net.ipv4.ip_forward").strip());
            pods.add("one");
            pods.add("two");
            assertEquals(
                    "1", pods.exec("sw", "sysctl", "-n", "net.ipv4.ip_forward").strip());
            reachesInternet(pods, "one");
            // Incoming connections are not blocked, if there is a route.
            pods.exec("internet", "ip", "route", "add", "198.18.7.0/24", "via", "198.18.99.1");
            pods.exec("internet", "ping", "-n", "-c", "1", "-W", "2", "198.18.7.3");

            CniRuntime restarted = pods.restarted();
            reachesInternet(restarted, "one");
            restarted.delete("one");
            reachesInternet(restarted, "two");
            restarted.delete("two");
            assertEquals("", restarted.exec("sw", "nft", "list", "tables"));
            assertEquals(List.of("inet0", "lo"), restarted.links());
            assertEquals(List.of("lan"), restarted.switches());
        }
    }

    @Test
    void switchesAndPortsOfTheUserAreKept() throws IOException {
        try (var net = new TestNetwork()) {
            CniRuntime pods = CniRuntime.start(net, "1.0.0");
            CniRuntime onLan = pods.with("switch", "lan");
            onLan.add("one");
            assertEquals(List.of("lan", "lo"), pods.links());
            onLan.delete("one");
            assertEquals(List.of("lan"), pods.switches());
            assertEquals(List.of("lo"), pods.links());

            // Two networks share the switch that the first one has created. It is kept for a port of the user.
            CniRuntime others =
                    pods.with("name", "others").with("switch", "pods").with("hostDevice", "pods");
            pods.add("one");
            others.add("two");
            pods.delete("one");
            assertEquals(List.of("lo", "pods"), pods.links());
            assertEquals(0, pods.daemon().cli("port", "add", "pods", "mine").exitCode());
            // GC needs CNI 1.1.0, which Debian's host-local does not support.
            CommandResult collected = others.with("cniVersion", "1.1.0")
                    .with("ipam", Json.object())
                    .with("cni.dev/valid-attachments", List.of())
                    .call("GC", "two");
            assertEquals(0, collected.exitCode(), collected::output);
            assertEquals(List.of("lan", "pods"), pods.switches());
            assertEquals(List.of("lo", "mine"), pods.links());
        }
    }

    @Test
    void aContainerCanBeAddedAgainAfterItsNamespaceIsGone() throws IOException {
        try (var net = new TestNetwork()) {
            CniRuntime pods = CniRuntime.start(net, "1.0.0").with("ipam", Json.object());
            pods.add("one");
            CommandResult twice = pods.call("ADD", "one");
            assertNotEquals(0, twice.exitCode(), "a second ADD of the same container fails");
            net.deleteNamespace(net.namespace("one"));
            String port = "/v1/switches/pods/ports/" + nameOf(pods);
            Await.within(
                    Duration.ofSeconds(60),
                    () -> "the port is gone",
                    () -> pods.daemon()
                            .api()
                            .get(port)
                            .required("state")
                            .asString()
                            .equals("gone"));
            pods.add("one", "CNI_NETNS=/run/netns/" + net.namespace("fresh"));
            assertTrue(pods.exec("fresh", "ip", "link").contains("eth0"));
            // The runtime does not call DEL.
            net.deleteNamespace(net.namespace("fresh"));
            Await.within(
                    Duration.ofSeconds(60),
                    () -> "the switch is removed",
                    () -> pods.switches().equals(List.of("lan")));
            assertEquals(List.of("lo"), pods.links());
        }
    }

    private static String nameOf(CniRuntime pods) {
        for (var port : pods.daemon().api().get("/v1/switches/pods/ports")) {
            if (port.required("name").asString().startsWith("cni-"))
                return port.required("name").asString();
        }
        throw new AssertionError("the switch has no port of CNI");
    }

    /** Creates a namespace that acts as another host, without a route to the containers. */
    private static void createInternet(TestNetwork net) {
        String host = net.namespace("sw");
        String other = net.namespace("internet");
        Command.expect(
                "ip", "-n", host, "link", "add", "inet0", "type", "veth", "peer", "name", "eth0", "netns", other);
        Command.expect("ip", "-n", host, "address", "add", "198.18.99.1/24", "dev", "inet0");
        Command.expect("ip", "-n", host, "link", "set", "inet0", "up");
        Command.expect("ip", "-n", other, "address", "add", INTERNET + "/24", "dev", "eth0");
        Command.expect("ip", "-n", other, "link", "set", "eth0", "up");
    }

    private static void reachesInternet(CniRuntime pods, String container) {
        pods.exec(container, "ping", "-n", "-c", "2", "-i", "0.2", "-W", "2", INTERNET);
    }
}
