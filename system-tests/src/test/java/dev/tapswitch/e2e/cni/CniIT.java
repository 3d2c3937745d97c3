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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests the CNI commands. The test acts as the container runtime; the plugins host-local and portmap are those of Debian. */
@Timeout(400)
class CniIT {

    private static CniRuntime network(TestNetwork net, String version) throws IOException {
        return CniRuntime.start(net, version);
    }

    @Test
    void addConnectsContainersAndDelLeavesNothingBehind() throws IOException {
        try (var net = new TestNetwork()) {
            CniRuntime pods = network(net, "1.0.0");
            Json one = pods.add("one");
            Json two = pods.add("two");
            assertEquals(
                    "198.18.7.2/24", one.path("ips").path(0).path("address").asString());
            assertEquals("198.18.7.1", one.path("ips").path(0).path("gateway").asString());
            assertEquals("1.0.0", one.required("cniVersion").asString());
            assertEquals("eth0", one.path("interfaces").path(0).path("name").asString());
            assertEquals("0.0.0.0/0", one.path("routes").path(0).path("dst").asString());
            String inside = Command.expect("ip", "-n", net.namespace("one"), "-o", "link", "show", "eth0");
            assertTrue(
                    inside.contains(one.path("interfaces").path(0).path("mac").asString()), inside);
            pods.ping("one", two);
            pods.ping("sw", one);
            Command.expect(
                    TestNetwork.inNamespace(net.namespace("one"), "ping", "-n", "-c", "1", "-W", "2", "198.18.7.1"));

            CniRuntime before = pods.with("prevResult", one);
            CommandResult checked = before.call("CHECK", "one");
            assertEquals(0, checked.exitCode(), checked::output);
            Command.expect("ip", "-n", net.namespace("one"), "link", "set", "eth0", "down");
            Await.within(
                    Duration.ofSeconds(60),
                    () -> "CHECK reports that the interface is down",
                    () -> exit(before, "CHECK", "one") != 0);
            for (int i = 0; i < 2; i++) {
                CommandResult deleted = before.call("DEL", "one");
                assertEquals(0, deleted.exitCode(), deleted::output);
                assertEquals("", deleted.output());
            }
            assertNotEquals(
                    0,
                    Command.run("ip", "-n", net.namespace("one"), "link", "show", "eth0")
                            .exitCode());
            assertEquals(0, pods.call("DEL", "two").exitCode());
            assertEquals(List.of(), leases(net));
        }
    }

    @Test
    void requestedMacsAndAddressesAreUsed() throws IOException {
        try (var net = new TestNetwork()) {
            CniRuntime pods = network(net, "1.0.0");
            Json byArgs = pods.add("one", "CNI_ARGS=IgnoreUnknown=1;MAC=02:11:22:33:44:66");
            assertEquals(
                    "02:11:22:33:44:66",
                    byArgs.path("interfaces").path(0).path("mac").asString());
            var asked = Json.parse("{\"mac\": \"02:11:22:33:44:77\", \"ips\": [\"198.18.7.50/24\"]}");
            Json byCapability = pods.with("runtimeConfig", asked).add("two");
            assertEquals(
                    "02:11:22:33:44:77",
                    byCapability.path("interfaces").path(0).path("mac").asString());
            assertEquals(
                    "198.18.7.50/24",
                    byCapability.path("ips").path(0).path("address").asString());
            // Without an IPAM plugin the requested addresses are used unchanged.
            CniRuntime bare = pods.with("ipam", Json.object())
                    .with("isDefaultGateway", false)
                    .with("runtimeConfig", Json.parse("{\"ips\": [\"198.18.7.60/24\", \"fd00:7::60/64\"]}"))
                    .with("cniVersion", "1.1.0");
            Json three = bare.add("three");
            assertEquals(2, three.required("ips").size());
            assertEquals(1500, three.path("interfaces").path(0).path("mtu").asInt());
            pods.ping("two", three);
        }
    }

    @Test
    void publishedPortsWorkWithPortmapChained() throws IOException {
        try (var net = new TestNetwork()) {
            assumeTrue(Command.exists("iptables") && Command.exists("python3"), "needs iptables and python3");
            CniRuntime pods = network(net, "1.0.0");
            Json one = pods.add("one");
            Json portmap = Json.object();
            portmap.put("cniVersion", "1.0.0")
                    .put("name", "pods")
                    .put("type", "portmap")
                    .put("snat", true);
            portmap.set(
                    "runtimeConfig",
                    Json.parse(
                            "{\"portMappings\": [{\"hostPort\": 9001, \"containerPort\": 8000, \"protocol\": \"tcp\"}]}"));
            portmap.set("prevResult", one);
            CommandResult mapped = pods.call(CniRuntime.PLUGINS.resolve("portmap"), "ADD", "one", "eth0", portmap);
            assumeTrue(!mapped.output().contains("iptables"), () -> "iptables does not work here: " + mapped.output());
            assertEquals(0, mapped.exitCode(), mapped::output);
            Process server = Command.start(
                    TestNetwork.inNamespace(
                            net.namespace("one"), "python3", "-m", "http.server", "8000", "-d", "/usr/share/doc"),
                    Path.of("/dev/null"));
            net.killAtEnd(server);
            Await.within(
                    Duration.ofSeconds(60),
                    () -> "the published port answers",
                    () -> Command.run(TestNetwork.inNamespace(
                                                    net.namespace("sw"),
                                                    "curl",
                                                    "-sf",
                                                    "-m",
                                                    "2",
                                                    "http://198.18.7.1:9001/")
                                            .toArray(String[]::new))
                                    .exitCode()
                            == 0);
            CommandResult removed = pods.call(CniRuntime.PLUGINS.resolve("portmap"), "DEL", "one", "eth0", portmap);
            assertEquals(0, removed.exitCode(), removed::output);
        }
    }

    @Test
    void gcRemovesAttachmentsThatTheRuntimeDoesNotList() throws IOException {
        try (var net = new TestNetwork()) {
            CniRuntime pods = network(net, "1.1.0").with("ipam", Json.object()).with("isDefaultGateway", false);
            pods.add("one");
            pods.add("two");
            pods.with("name", "others").with("switch", "pods").add("three");
            assertEquals(0, pods.call("STATUS", "one").exitCode());
            CommandResult collected = pods.with(
                            "cni.dev/valid-attachments",
                            Json.parse("[{\"containerID\": \"two\", \"ifname\": \"eth0\"}]"))
                    .call("GC", "one");
            assertEquals(0, collected.exitCode(), collected::output);
            List<String> left = new ArrayList<>();
            for (var port : pods.daemon().api().get("/v1/switches/pods/ports"))
                left.add(port.required("name").asString());
            assertEquals(2, left.size(), left::toString);
            assertTrue(left.get(0).endsWith("-two-eth0") && left.get(1).endsWith("-three-eth0"), left::toString);
        }
    }

    @Test
    void gcRemovesNothingOfANetworkWhoseNameHasTheSameHash() throws IOException {
        assertEquals("Aa".hashCode(), "BB".hashCode());
        try (var net = new TestNetwork()) {
            CniRuntime pods = network(net, "1.1.0")
                    .with("ipam", Json.object())
                    .with("isDefaultGateway", false)
                    .with("switch", "pods");
            pods.with("name", "Aa").add("one");
            CniRuntime others = pods.with("name", "BB");
            others.add("two");
            CommandResult collected =
                    others.with("cni.dev/valid-attachments", List.of()).call("GC", "two");
            assertEquals(0, collected.exitCode(), collected::output);
            Json left = pods.daemon().api().get("/v1/switches/pods/ports");
            assertEquals(1, left.size(), left::toString);
            assertTrue(left.path(0).path("name").asString().endsWith("-one-eth0"), left::toString);
        }
    }

    @Test
    void failuresAreCniErrorsAndLeaveNothingBehind() throws IOException {
        try (var net = new TestNetwork()) {
            CniRuntime pods = network(net, "1.0.0");
            assertCniError(pods.with("cniVersion", "9.9.9").call("ADD", "one"), 1, "9.9.9");
            assertCniError(
                    pods.with("runtimeConfig", Json.parse("{\"bandwidth\": {\"ingressRate\": 1000}}"))
                            .call("ADD", "one"),
                    7,
                    "both a rate and a burst");
            assertCniError(pods.call("ADD", "one", "CNI_NETNS="), 4, "CNI_NETNS");
            assertCniError(pods.call("ADD", "one", "CNI_ARGS=a\"b"), 4, "quote");
            assertCniError(pods.with("mtu", 1).call("ADD", "one"), 7, "mtu");
            assertCniError(
                    pods.with("ipam", Json.parse("{\"type\": \"nowhere\"}")).call("ADD", "one"), 7, "nowhere");
            assertCniError(pods.call("ADD", "one", "CNI_NETNS=/run/netns/none"), 101, "namespace");
            assertEquals(List.of(), leases(net), "all addresses are released");
            assertEquals(1, pods.daemon().api().get("/v1/switches").size(), "no switch except lan");
            pods.add("one");
            // The IPAM plugin is called first, and its error is passed on unchanged.
            assertCniError(pods.call("ADD", "one"), 999, "duplicate");
            CommandResult status = pods.call("STATUS", "one", "TAPSWITCH_SOCKET=/nowhere");
            assertCniError(status, 50, "/nowhere");
            assertCniError(pods.call("DEL", "one", "TAPSWITCH_SOCKET=/nowhere"), 11, "systemctl start tapswitch");
            CommandResult version = pods.call("VERSION", "one", "TAPSWITCH_SOCKET=/nowhere");
            assertTrue(Json.parse(version.output())
                    .required("supportedVersions")
                    .toString()
                    .contains("1.1.0"));
        }
    }

    private static void assertCniError(CommandResult command, int code, String part) {
        assertNotEquals(0, command.exitCode(), command::output);
        Json error = Json.parse(command.output());
        assertEquals(code, error.required("code").asInt(), command::output);
        assertTrue(error.required("msg").asString().contains(part), command::output);
        assertEquals(1, error.required("msg").asString().lines().count());
    }

    private static int exit(CniRuntime network, String command, String container) {
        try {
            return network.call(command, container).exitCode();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The addresses that host-local has assigned. */
    private static List<String> leases(TestNetwork net) throws IOException {
        Path directory = net.directory().resolve("ipam/pods");
        if (!Files.isDirectory(directory)) return List.of();
        try (var files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("198."))
                    .toList();
        }
    }
}
