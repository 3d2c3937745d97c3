package dev.tapswitch.e2e;

import static dev.tapswitch.e2e.testbed.FastPathSupport.vethNode;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.Command;
import dev.tapswitch.e2e.testbed.FrameGenerator;
import dev.tapswitch.e2e.testbed.Frames;
import dev.tapswitch.e2e.testbed.Io;
import dev.tapswitch.e2e.testbed.LatencyProbe;
import dev.tapswitch.e2e.testbed.Node;
import dev.tapswitch.e2e.testbed.NotifyReceiver;
import dev.tapswitch.e2e.testbed.RawSocket;
import dev.tapswitch.e2e.testbed.RunningDaemon;
import dev.tapswitch.e2e.testbed.TestNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A container whose firewall takes milliseconds per frame delays no other port. */
@Timeout(400)
@EnabledIf("hasNft")
class SlowReceiverIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    /** Each level of nested chains multiplies the rules that the kernel evaluates per frame by this number. */
    private static final int RULES = 30;
    /** With five levels, the kernel needs about a second per frame. */
    private static final int MORE_RULES = 45;

    /** A UDP datagram from 198.18.0.9 to 198.18.0.3. */
    private static final String DATAGRAM = "0800 4500002e 00000000 4011ee8e c6120009 c6120003";

    static boolean hasNft() {
        return Command.exists("nft");
    }

    @BeforeAll
    static void loadKernelModule() {
        Command.run("nft", "list", "tables");
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    void aSlowReceiverIsLimitedAndReportedUntilItIsFastAgainAndDoesNotDelayOtherPorts(Io io) {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a", "198.18.0.1/24");
            Node b = net.quietNode("b", "198.18.0.2/24");
            Node slow = net.quietNode("slow", "198.18.0.3/24");
            Node sender = net.quietNode("sender", "198.18.0.4/24");
            RunningDaemon daemon = net.start(io);
            a.ping("198.18.0.2");
            sender.ping("198.18.0.3");
            nestChains(net, slow, 4, RULES);
            try (var _ = new FrameGenerator(sender, Frames.frame(slow.mac(), sender.mac(), DATAGRAM), 20_000)) {
                Await.within(
                        TIMEOUT, () -> "the port is found to be slow: " + daemon.port("slow"), () -> isSlow(daemon));
                new LatencyProbe(a, "198.18.0.2").assertLowLatency("frames to a slow receiver, " + io);
                assertTrue(daemon.drops("slow", "slow-receiver") > 0, () -> "" + daemon.port("slow"));
                assertEquals(
                        "lan.slow",
                        daemon.api()
                                .get("/v1/status")
                                .required("slow-receivers")
                                .valueStream()
                                .findFirst()
                                .orElseThrow()
                                .asString());
                assertTrue(daemon.log().contains("switch lan: port slow is a slow receiver"), daemon.log());
                assertTrue(daemon.cli("port", "list").output().contains("up (slow receiver)"));
                assertTrue(daemon.cli("stats").output().contains("up (slow receiver)"));
                assertTrue(daemon.cli("status").output().contains("lan.slow"));
                slow.exec("nft", "delete", "table", "inet", "slow");
                Await.within(TIMEOUT, () -> "the port is fast again: " + daemon.port("slow"), () -> !isSlow(daemon));
            }
            assertTrue(daemon.log().contains("port slow receives at full speed again"), daemon.log());
            sender.pingWithin(TIMEOUT, "198.18.0.3");
            b.ping("198.18.0.1");
        }
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    void aSlowPortCanBeRemovedWhileTheKernelIsBusyWithItsFrames(Io io) {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a", "198.18.0.1/24");
            net.quietNode("b", "198.18.0.2/24");
            Node slow = net.quietNode("slow", "198.18.0.3/24");
            RunningDaemon daemon = net.start(io);
            a.ping("198.18.0.3");
            nestChains(net, slow, 4, RULES);
            try (var _ = new FrameGenerator(a, Frames.frame(slow.mac(), a.mac(), DATAGRAM), 2_000)) {
                Await.within(
                        TIMEOUT, () -> "the port is found to be slow: " + daemon.port("slow"), () -> isSlow(daemon));
                daemon.api().delete("/v1/switches/lan/ports/slow");
            }
            a.ping("198.18.0.2");
            slow.exec("nft", "delete", "table", "inet", "slow");
            Await.within(
                    TIMEOUT,
                    () -> "the interface is gone",
                    () -> !slow.exec("ip", "link").contains("eth0"));
        }
    }

    /** The kernel runs the receiver's firewall in the context of the sender, and no worker takes part. */
    @Test
    void aSlowReceiverInTheFastPathDoesNotDelayOtherPorts() {
        try (var net = new TestNetwork()) {
            Node a = vethNode(net, 1);
            vethNode(net, 2);
            Node slow = vethNode(net, 3);
            Node sender = vethNode(net, 4);
            RunningDaemon daemon = net.start(Io.EPOLL);
            a.ping("198.18.0.2");
            sender.ping("198.18.0.3");
            nestChains(net, slow, 4, RULES);
            try (var _ = new FrameGenerator(sender, Frames.frame(slow.mac(), sender.mac(), DATAGRAM), 20_000)) {
                Await.within(
                        TIMEOUT,
                        () -> "frames to the slow receiver are fast: " + daemon.port(slow.name()),
                        () -> daemon.count(slow.name(), "fast-tx-frames") > 100);
                new LatencyProbe(a, "198.18.0.2").assertLowLatency("frames to a slow receiver, fast path");
            }
        }
    }

    @Test
    void theWatchdogIsNotifiedWhileAWorkerIsBlockedInAWriteToASlowReceiver() throws IOException {
        try (var net = new TestNetwork();
                var systemd = new NotifyReceiver(net.directory().resolve("notify"))) {
            net.daemonEnvironment("NOTIFY_SOCKET=" + net.directory().resolve("notify"));
            net.daemonEnvironment("WATCHDOG_USEC=300000");
            Node a = net.quietNode("a", "198.18.0.1/24");
            Node slow = net.quietNode("slow", "198.18.0.3/24");
            RunningDaemon daemon = net.start(Io.EPOLL);
            a.ping("198.18.0.3");
            nestChains(net, slow, 5, MORE_RULES);
            RawSocket atA = a.raw();
            Await.within(TIMEOUT, () -> "the log names the port: " + daemon.log(), () -> {
                atA.send(Frames.frame(slow.mac(), a.mac(), DATAGRAM));
                return daemon.log().contains("it is writing to port slow of switch lan");
            });
            long before = systemd.count("WATCHDOG=1");
            Await.within(TIMEOUT, () -> "the watchdog is notified", () -> systemd.count("WATCHDOG=1") > before);
        }
    }

    private static boolean isSlow(RunningDaemon daemon) {
        return daemon.port("slow").has("slow-receiver");
    }

    /** Makes the kernel evaluate {@code rulesPerLevel} to the power of {@code levels} rules for each frame to the node. */
    private static void nestChains(TestNetwork net, Node node, int levels, int rulesPerLevel) {
        var rules = new StringBuilder("table inet slow {\n");
        for (int level = levels; level > 0; level--) {
            rules.append(" chain level").append(level).append(" {\n");
            for (int rule = 1; rule <= rulesPerLevel; rule++)
                rules.append(level == levels ? "  meta mark " + rule : "  jump level" + (level + 1))
                        .append('\n');
            rules.append(" }\n");
        }
        rules.append(" chain input { type filter hook prerouting priority 0; jump level1; }\n}\n");
        try {
            Path file = Files.writeString(net.directory().resolve("chains.nft"), rules);
            node.exec("nft", "-f", file.toString());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
