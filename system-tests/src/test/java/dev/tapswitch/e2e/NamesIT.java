package dev.tapswitch.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tapswitch.control.json.Json;
import dev.tapswitch.e2e.testbed.ApiClient;
import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.Command;
import dev.tapswitch.e2e.testbed.Io;
import dev.tapswitch.e2e.testbed.Node;
import dev.tapswitch.e2e.testbed.RunningDaemon;
import dev.tapswitch.e2e.testbed.TestNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Root in a namespace can rename interfaces: to any bytes, to the names that Tapswitch uses, and continuously. */
@Timeout(400)
class NamesIT {
    private static final String NETWORK = "cd".repeat(32);
    private static final String ENDPOINT = "0123456789ab" + "0".repeat(52);
    private static final String PORT = "/v1/switches/hostile0/ports/tap0123456789ab";
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    /** Starts a daemon with a Docker network. The test acts as dockerd: it calls the driver, and moves and renames the interface of an endpoint. */
    private static RunningDaemon start(TestNetwork net) {
        assumeTrue(Command.exists("nft"), "needs nft: apt-get install nftables");
        Path plugin = net.directory().resolve("plugin.sock");
        net.topLevelSetting("docker: {enabled: true, socket: " + plugin + "}");
        RunningDaemon daemon = net.start(Io.EPOLL);
        String container = net.namespace("c");
        ApiClient docker = new ApiClient(plugin);
        call(docker, "CreateNetwork", """
                {"NetworkID":"%s","Options":{"com.docker.network.generic":{"com.docker.network.bridge.name":"hostile0"}},
                 "IPv4Data":[{"Pool":"198.18.7.0/24","Gateway":"198.18.7.1/24"}],"IPv6Data":[]}""".formatted(NETWORK));
        call(docker, "CreateEndpoint", """
                {"NetworkID":"%s","EndpointID":"%s","Interface":{"Address":"198.18.7.2/24"}}""".formatted(NETWORK, ENDPOINT));
        call(docker, "Join", """
                {"NetworkID":"%s","EndpointID":"%s","SandboxKey":"/run/netns/%s","Options":{}}""".formatted(NETWORK, ENDPOINT, container));
        Command.expect(TestNetwork.inNamespace(
                net.namespace("sw"), "ip", "link", "set", "tap0123456789ab", "netns", "/run/netns/" + container));
        rename(container, "tap0123456789ab", "eth0");
        Command.expect("ip", "-n", container, "address", "add", "198.18.7.2/24", "dev", "eth0");
        Command.expect("ip", "-n", container, "link", "set", "eth0", "up");
        awaitDevice(daemon, container, "eth0");
        return daemon;
    }

    private static void call(ApiClient docker, String method, String body) {
        String response = docker.send("POST", "/NetworkDriver." + method, body).body();
        assertTrue(!response.contains("\"Err\""), () -> method + ": " + response);
    }

    /** Renames an interface. Names are escaped as in bash's $'...'. */
    private static void rename(String namespace, String from, String to) {
        Command.expect("bash", "-c", "ip -n %s link set dev $'%s' name $'%s'".formatted(namespace, from, to));
    }

    private static void awaitDevice(RunningDaemon daemon, String container, String device) {
        Await.within(
                TIMEOUT,
                () -> "the port has the device " + device + ": " + daemon.api().get(PORT) + daemon.log(),
                () -> {
                    Json port = daemon.api().get(PORT);
                    return port.required("device").asString().equals(device)
                            && port.required("namespace").asString().equals("/run/netns/" + container)
                            && port.required("state").asString().equals("up");
                });
    }

    private static void ping(String container) {
        Command.expect(TestNetwork.inNamespace(container, "ping", "-n", "-q", "-c", "1", "-W", "10", "198.18.7.1"));
    }

    @Test
    void aDeviceNameMayHaveAnyBytes() {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a", "198.18.0.1/24");
            net.quietNode("b", "198.18.0.2/24");
            RunningDaemon daemon = start(net);
            String container = net.namespace("c");
            ping(container);

            rename(container, "eth0", "\\x01\\x1b[31m");
            awaitDevice(daemon, container, "\\x01\\x1b[31m");
            String shown = daemon.cli("port", "list", "hostile0").output()
                    + daemon.cli("port", "show", "hostile0", "tap0123456789ab").output()
                    + daemon.cli("port", "show", "hostile0", "tap0123456789ab", "--json")
                            .output()
                    + daemon.log();
            assertTrue(shown.contains("\\x01\\x1b[31m"), shown);
            assertTrue(
                    shown.chars().allMatch(c -> c == '\n' || c >= ' ' && c < 0x7f), "control characters are escaped");
            ping(container);

            rename(container, "\\x01\\x1b[31m", "\\xff\\xc3\\xfe");
            awaitDevice(daemon, container, "\\xff\\xc3\\xfe");
            // After a crash the daemon finds the interface by its current name and attaches it to the same port.
            daemon = net.restartAfterKill();
            daemon.awaitPortsUp(4);
            awaitDevice(daemon, container, "\\xff\\xc3\\xfe");
            ping(container);

            // This is the name that the interface has on the host before Docker moves it.
            rename(container, "\\xff\\xc3\\xfe", "tap0123456789ab");
            awaitDevice(daemon, container, "tap0123456789ab");
            a.ping("198.18.0.2");
        }
    }

    @Test
    void continuousRenamingAndDeletingDelaysNoOtherPortAndDoesNotFillTheLog() throws IOException {
        try (var net = new TestNetwork()) {
            net.quietNode("a", "198.18.0.1/24");
            Node flapping = net.quietNode("f");
            RunningDaemon daemon = start(net);
            String late = net.namespace("late");
            net.deleteNamespace(late);
            String container = net.namespace("c");
            Path out = net.directory().resolve("loops");
            net.killAtEnd(Command.start(List.of("bash", "-c", """
                    from=eth0
                    while :; do
                      for to in $'\\x01\\x1b[31m' $'\\x02\\xff\\xfe' $'\\x1b[2J' $'\\x03\\xc2\\x9b'; do
                        ip -n %1$s link set dev "$from" name "$to" && from=$to
                        ip -n %2$s link del eth0 2>/dev/null
                        sleep 0.1
                      done
                    done""".formatted(container, flapping.namespace())), out));
            String port = "      late: {namespace: %s, device: eth0, addresses: [198.18.0.9/24]}\n".formatted(late);
            Files.writeString(daemon.config(), daemon.yaml() + port);
            daemon.api().post("/v1/reload", "");
            assertEquals("gone", daemon.portState("late"));
            Await.within(
                    TIMEOUT,
                    () -> "the interface is deleted: " + daemon.log(),
                    () -> daemon.log().contains("port f is gone"));
            int before = daemon.log().length();
            long start = System.nanoTime();
            net.namespace("late");
            daemon.awaitPortState("late", TIMEOUT, "up");
            System.out.printf(
                    "measured: a port opens after %d ms beside one that is renamed and one that is deleted ten times per second%n",
                    (System.nanoTime() - start) / 1_000_000);
            int grown = daemon.log().length() - before;
            assertTrue(grown < 4_000, () -> "the log has grown by " + grown + " characters:\n" + daemon.log());
            assertTrue(!daemon.log().contains("this is a bug"), daemon::log);
        }
    }
}
