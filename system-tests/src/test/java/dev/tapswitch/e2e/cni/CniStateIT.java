package dev.tapswitch.e2e.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tapswitch.control.json.Json;
import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.Command;
import dev.tapswitch.e2e.testbed.CommandResult;
import dev.tapswitch.e2e.testbed.PingReport;
import dev.tapswitch.e2e.testbed.RunningDaemon;
import dev.tapswitch.e2e.testbed.TestNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests that ports of CNI networks belong to their network: after an upgrade, after a SIGKILL, and when a user tries to remove them. */
@Timeout(400)
class CniStateIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final String PREFIX = "cni-%08x-".formatted("pods".hashCode());

    /** The earlier release saved switches and ports of networks as changes of the user in state.json, and the networks' names in cni.json. */
    @Test
    void afterAHandoverFromAnEarlierReleaseContainersKeepTheirInterfacesAndBelongToTheirNetwork()
            throws IOException, InterruptedException {
        try (var net = new TestNetwork()) {
            CniRuntime pods = CniRuntime.start(net, "1.0.0").with("ipam", Json.object());
            RunningDaemon daemon = pods.daemon();
            daemon.api().post("/v1/switches", "{\"name\": \"pods\"}");
            String ports = "/v1/switches/pods/ports";
            daemon.api().post(ports, "{\"name\": \"pods\", \"addresses\": [\"198.18.7.1/24\"]}");
            daemon.api().post(ports, "{\"name\": \"mine\"}");
            daemon.api().post(ports, port(net, "one", "198.18.7.2/24"));
            daemon.api().post(ports, port(net, "two", "198.18.7.3/24"));
            Files.writeString(state(net, "cni.json"), """
                    {"version":1,"networks":[{"name":"pods","switchName":"pods","hostDevice":"pods",
                     "madeSwitch":true,"madeHostPort":true,"masqueraded":[]}]}""");
            String link = pods.exec("one", "ip", "-o", "link", "show", "eth0");
            Path output = net.directory().resolve("ping");
            Process ping = Command.start(
                    TestNetwork.inNamespace(
                            net.namespace("one"), "ping", "-n", "-i", "0.01", "-c", "800", "198.18.7.3"),
                    output);
            net.killAtEnd(ping);
            daemon.handOver();
            assertEquals(link, pods.exec("one", "ip", "-o", "link", "show", "eth0"));
            assertTrue(ping.waitFor(120, TimeUnit.SECONDS), "ping has not ended in time");
            PingReport.assertNoneLost(Files.readString(output));

            assertFalse(
                    Files.readString(state(net, "state.json")).contains("cni-"),
                    "the ports are still saved as the user's");
            assertFalse(
                    Files.readString(state(net, "cni.json")).contains("takenOver"),
                    "the network has not been taken over");
            assertRefused(
                    daemon.cli("port", "delete", "pods", PREFIX + "one-eth0"),
                    "belongs to a CNI network: remove its container");
            assertRefused(
                    daemon.cli("switch", "delete", "pods"),
                    "is used by a CNI network: remove the containers of the network first");
            CniRuntime restarted = pods.restarted();
            restarted.exec("one", "ping", "-n", "-c", "2", "-i", "0.2", "-W", "20", "198.18.7.3");
            restarted.delete("one");
            restarted.delete("two");
            assertEquals(List.of("lo", "mine"), restarted.links());
            assertEquals(List.of("lan", "pods"), restarted.restarted().switches());
        }
    }

    private static String port(TestNetwork net, String container, String address) {
        return "{\"name\": \"%s%s-eth0\", \"namespace\": \"/run/netns/%s\", \"device\": \"eth0\", \"addresses\": [\"%s\"]}"
                .formatted(PREFIX, container, net.namespace(container), address);
    }

    private static void assertRefused(CommandResult command, String part) {
        assertEquals(1, command.exitCode(), command::output);
        assertTrue(command.output().contains(part), command::output);
    }

    @Test
    void aKillDuringAnAddLeavesNothingBehindWithoutADel() throws Exception {
        try (var net = new TestNetwork()) {
            assumeTrue(Command.exists("nft"), "needs nft");
            CniRuntime pods = CniRuntime.start(net, "1.0.0").with("ipMasq", true);
            CniRuntime restarted = killedDuring(pods, "ADD", "one", "cni.json");
            net.deleteNamespace(net.namespace("one"));
            awaitNothingIsLeft(restarted);
        }
    }

    @Test
    void aKillDuringTheLastDelLeavesNothingBehindWithoutAnother() throws Exception {
        try (var net = new TestNetwork()) {
            assumeTrue(Command.exists("nft"), "needs nft");
            CniRuntime pods = CniRuntime.start(net, "1.0.0").with("ipMasq", true);
            pods.add("one");
            CniRuntime restarted = killedDuring(pods, "DEL", "one", "cni.json");
            awaitNothingIsLeft(restarted);
            assertEquals(1, restarted.exec("one", "ip", "-br", "link").lines().count(), "only lo is left");
        }
    }

    @Test
    void aKillDuringTheLastDelKeepsThePortsThatUsersHaveAdded() throws Exception {
        try (var net = new TestNetwork()) {
            CniRuntime pods = CniRuntime.start(net, "1.0.0");
            pods.add("one");
            assertEquals(0, pods.daemon().cli("port", "add", "pods", "mine").exitCode());
            CniRuntime restarted = killedDuring(pods, "DEL", "one", "state.json");
            Await.within(
                    TIMEOUT,
                    () -> "the network is removed: " + restarted.links(),
                    () -> restarted.links().equals(List.of("lo", "mine")));
            assertEquals(List.of("lan", "pods"), restarted.switches());
            assertEquals(0, restarted.daemon().cli("switch", "delete", "pods").exitCode());
            assertEquals(List.of("lan"), restarted.restarted().switches());
        }
    }

    /** Kills the daemon as soon as it has saved a file during a command, and starts it again. */
    private static CniRuntime killedDuring(CniRuntime pods, String command, String container, String file)
            throws Exception {
        Path saved = state(pods.net(), file);
        Object before = version(saved);
        String namespace = "CNI_NETNS=/run/netns/" + pods.net().namespace(container);
        CompletableFuture<CommandResult> call = CompletableFuture.supplyAsync(() -> {
            try {
                return pods.call(command, container, namespace);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        while (version(saved).equals(before) && !call.isDone()) Thread.onSpinWait();
        pods.daemon().kill();
        CommandResult result = call.get(2, TimeUnit.MINUTES);
        System.out.printf(
                "measured: kill after the first save of %s during %s: %s%n",
                file, command, result.exitCode() == 0 ? "after the response" : "before the response");
        return pods.restartedAfterKill();
    }

    /** Identifies the version of a file by its inode: each save replaces the file by another one. */
    private static Object version(Path file) throws IOException {
        return Files.exists(file) ? Files.getAttribute(file, "unix:ino") : "no file";
    }

    private static void awaitNothingIsLeft(CniRuntime pods) {
        Await.within(
                TIMEOUT,
                () -> "the network is removed: " + pods.switches() + "\n"
                        + pods.daemon().log(),
                () -> pods.switches().equals(List.of("lan"))
                        && pods.exec("sw", "nft", "list", "tables").isEmpty());
        assertEquals(List.of("lo"), pods.links());
        Json document = Json.parse(readString(state(pods.net(), "cni.json"))).path("document");
        assertEquals("[]", document.required("networks").toString());
        assertEquals("[]", document.required("hostPorts").toString());
    }

    private static String readString(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Path state(TestNetwork net, String file) {
        return net.directory().resolve("state").resolve(file);
    }
}
