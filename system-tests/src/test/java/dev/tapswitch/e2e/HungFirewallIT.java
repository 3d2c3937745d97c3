package dev.tapswitch.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** nft hangs, as when another process holds a lock: only requests that need nft wait, and for a bounded time. */
@Timeout(400)
class HungFirewallIT {
    private static final String NETWORK = """
            {"NetworkID":"%s","Options":{},"IPv4Data":[{"Pool":"198.18.7.0/24","Gateway":"198.18.7.1/24"}],"IPv6Data":[]}
            """.formatted("ab".repeat(32));

    /** A PATH with an nft that hangs, with a child process, while the file {@code hang} exists, and runs the real nft otherwise. */
    private static String path(Path directory) throws IOException {
        String nft = Command.expect("sh", "-c", "command -v nft").strip();
        Path bin = Files.createDirectory(directory.resolve("bin"));
        Path fake = Files.writeString(bin.resolve("nft"), """
                #!/bin/sh
                [ -e %1$s/hang ] || exec %2$s "$@"
                sleep 1000 &
                echo $! >%1$s/child
                sleep 1000
                """.formatted(directory, nft));
        Files.setPosixFilePermissions(fake, PosixFilePermissions.fromString("rwxr-xr-x"));
        return bin + ":" + System.getenv("PATH");
    }

    @Test
    void whileNftHangsTheApiRespondsPortsCanChangeAndTheRequestThatNeedsItFailsInTime() throws Exception {
        assumeTrue(Command.exists("nft"), "needs nft: apt-get install nftables");
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a", "198.18.0.1/24");
            net.quietNode("b", "198.18.0.2/24");
            net.daemonEnvironment("PATH=" + path(net.directory()));
            Path plugin = net.directory().resolve("plugin.sock");
            net.topLevelSetting("docker: {enabled: true, socket: " + plugin + "}");
            RunningDaemon daemon = net.start(Io.EPOLL);
            ApiClient docker = new ApiClient(plugin);
            Path hang = Files.createFile(net.directory().resolve("hang"));
            long start = System.nanoTime();
            var created = CompletableFuture.supplyAsync(() ->
                    docker.send("POST", "/NetworkDriver.CreateNetwork", NETWORK).body());
            Await.within(
                    Duration.ofSeconds(60),
                    () -> "the status names the stuck command: " + daemon.api().get("/v1/status"),
                    () -> daemon.api().get("/v1/status").has("stuck-command"));
            assertFalse(created.isDone(), "the request waits for nft");
            assertTrue(
                    daemon.api()
                            .get("/v1/status")
                            .required("stuck-command")
                            .asString()
                            .startsWith("nft, for "),
                    "the name of the stuck command");
            // Reads, and changes that do not need the firewall, do not wait.
            long slowest = 0;
            for (int i = 0; i < 5; i++) {
                long before = System.nanoTime();
                daemon.api().get("/v1/switches");
                daemon.api().get("/v1/switches/lan/ports");
                daemon.api().post("/v1/switches/lan/ports", "{\"name\": \"extra\", \"device\": \"extra0\"}");
                daemon.api().delete("/v1/switches/lan/ports/extra");
                slowest = Math.max(slowest, System.nanoTime() - before);
            }
            assertFalse(created.isDone(), "nft still hangs after these requests: " + daemon.log());
            a.ping("198.18.0.2");
            String response = created.get(60, TimeUnit.SECONDS);
            long failedAfterMs = (System.nanoTime() - start) / 1_000_000;
            System.out.printf(
                    "measured: nft hangs: two reads and two changes take %d ms at most, the creation of the network fails after %d ms%n",
                    slowest / 1_000_000, failedAfterMs);
            assertTrue(response.contains("nft did not end within 10.0 s and was killed"), response);
            assertEquals(
                    "",
                    Command.run("pgrep", "-f", hang.getParent() + "/bin/nft").output(),
                    "nft was killed");
            long child = Long.parseLong(
                    Files.readString(net.directory().resolve("child")).strip());
            Await.within(
                    Duration.ofSeconds(60),
                    () -> "the child of nft was killed",
                    () -> ProcessHandle.of(child).isEmpty());
            Files.delete(hang);
            String again =
                    docker.send("POST", "/NetworkDriver.CreateNetwork", NETWORK).body();
            assertEquals("{}", again.strip(), "the network can be created when nft works again");
            assertFalse(daemon.api().get("/v1/status").has("stuck-command"));
        }
    }
}
