package dev.tapswitch.e2e.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.Command;
import dev.tapswitch.e2e.testbed.Io;
import dev.tapswitch.e2e.testbed.Node;
import dev.tapswitch.e2e.testbed.NotifyReceiver;
import dev.tapswitch.e2e.testbed.RunningDaemon;
import dev.tapswitch.e2e.testbed.StoppedThread;
import dev.tapswitch.e2e.testbed.TestNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The messages that the daemon sends by sd_notify(3). {@link SystemdIT} tests them with a real systemd. */
@Timeout(400)
class NotifyIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @Test
    void readyIsSentWhenAllPortsForwardAndTheStatusNamesMissingPorts() {
        try (var net = new TestNetwork();
                var systemd = supervised(net)) {
            Node a = net.quietNode("a", "198.18.0.1/24");
            net.quietNode("b", "198.18.0.2/24");
            net.start(Io.EPOLL);
            await(systemd, "READY=1");
            a.ping("198.18.0.2");
            assertEquals(1, systemd.count("READY=1"));
            assertEquals(1, systemd.count("STATUS=2 of 2 ports forwarding, 1 switch"), () -> "" + systemd.messages());
            a.ip("link", "set", "eth0", "down");
            await(systemd, "STATUS=1 of 2 ports forwarding, 1 switch; waiting: lan.a: its interface is down");
        }
    }

    @Test
    void reloadsAreNotifiedAndTheStatusGivesTheReasonOfARefusal() throws IOException {
        try (var net = new TestNetwork();
                var systemd = supervised(net)) {
            net.quietNode("a");
            RunningDaemon daemon = net.start(Io.EPOLL);
            await(systemd, "READY=1");
            daemon.api().post("/v1/reload", "");
            awaitCount(systemd, 2, "READY=1");
            assertEquals(1, systemd.count("RELOADING=1\nMONOTONIC_USEC="));
            Files.writeString(daemon.config(), daemon.yaml().replace("  lan:\n", "  lan:\n    arp: perhaps\n"));
            Command.expect("kill", "-HUP", Long.toString(daemon.pid()));
            Await.within(
                    TIMEOUT,
                    () -> "the status gives the reason of the refusal: " + systemd.messages(),
                    () -> systemd.messages().stream()
                            .anyMatch(message -> message.text().contains("the last reload was refused: ")
                                    && message.text().contains("perhaps")));
            awaitCount(systemd, 3, "READY=1");
        }
    }

    private static void awaitCount(NotifyReceiver systemd, int count, String message) {
        Await.within(
                TIMEOUT,
                () -> message + " has been sent " + count + " times: " + systemd.messages(),
                () -> systemd.count(message) == count);
    }

    @Test
    void stoppingIsNotified() {
        try (var net = new TestNetwork();
                var systemd = supervised(net)) {
            net.quietNode("a");
            RunningDaemon daemon = net.start(Io.EPOLL);
            daemon.stop();
            await(systemd, "STOPPING=1");
        }
    }

    @ParameterizedTest
    @EnumSource(Io.class)
    void theWatchdogIsNotifiedOnlyWhileAllWorkersRespond(Io io) throws IOException {
        try (var net = new TestNetwork();
                var systemd = supervised(net)) {
            net.daemonEnvironment("WATCHDOG_USEC=600000");
            net.quietNode("a");
            RunningDaemon daemon = net.start(io, 2);
            await(systemd, "WATCHDOG=1");
            long start = System.nanoTime();
            long before = systemd.count("WATCHDOG=1");
            Await.within(
                    TIMEOUT,
                    () -> "the watchdog is notified repeatedly",
                    () -> systemd.count("WATCHDOG=1") >= before + 10);
            long times = systemd.count("WATCHDOG=1") - before;
            long periods = (System.nanoTime() - start) / 200_000_000;
            assertTrue(
                    times <= periods + 4,
                    () -> times + " notifications in " + periods + " periods (a third of the watchdog time)");
            try (var _ = new StoppedThread(daemon.pid(), "worker-1-2")) {
                Await.within(
                        TIMEOUT,
                        () -> "the log names the worker: " + daemon.log(),
                        () -> daemon.log().contains("worker 1 has not responded"));
                long frozen = systemd.count("WATCHDOG=1");
                Await.pause(Duration.ofSeconds(2));
                assertEquals(frozen, systemd.count("WATCHDOG=1"), "notifications while one of two workers is stuck");
                assertEquals(200, daemon.api().send("GET", "/v1/status", "").status(), "the API responds");
            }
            long released = systemd.count("WATCHDOG=1");
            Await.within(TIMEOUT, () -> "the watchdog is notified again", () -> systemd.count("WATCHDOG=1") > released);
        }
    }

    @Test
    void invalidVariablesOfTheServiceManagerDoNotPreventTheStart() {
        try (var net = new TestNetwork()) {
            net.daemonEnvironment("NOTIFY_SOCKET=vsock:2:9999");
            net.daemonEnvironment("WATCHDOG_USEC=soon");
            net.daemonEnvironment("WATCHDOG_PID=me");
            net.daemonEnvironment("LISTEN_PID=-1");
            net.daemonEnvironment("LISTEN_FDS=many");
            net.daemonEnvironment("LISTEN_FDNAMES=:::");
            Node a = net.quietNode("a", "198.18.0.1/24");
            net.quietNode("b", "198.18.0.2/24");
            net.start(Io.EPOLL);
            a.ping("198.18.0.2");
        }
    }

    private static NotifyReceiver supervised(TestNetwork net) {
        var path = net.directory().resolve("notify");
        net.daemonEnvironment("NOTIFY_SOCKET=" + path);
        return new NotifyReceiver(path);
    }

    private static void await(NotifyReceiver systemd, String line) {
        Await.within(TIMEOUT, () -> line + " in " + systemd.messages(), () -> systemd.count(line) > 0);
    }
}
