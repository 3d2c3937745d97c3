package dev.tapswitch.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.control.json.Json;
import dev.tapswitch.e2e.testbed.Command;
import dev.tapswitch.e2e.testbed.CommandResult;
import dev.tapswitch.e2e.testbed.Io;
import dev.tapswitch.e2e.testbed.Node;
import dev.tapswitch.e2e.testbed.RunningDaemon;
import dev.tapswitch.e2e.testbed.TestNetwork;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs the command against a real daemon: its output for people and programs, and its exit codes. */
@Timeout(400)
class CommandLineIT {
    @Test
    void everyCommandThatShowsStatePrintsTextAndJson() {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a", "198.18.0.1/24");
            Node b = net.quietNode("b", "198.18.0.2/24");
            RunningDaemon daemon = net.start(Io.EPOLL);
            a.ping("198.18.0.2");
            for (List<String> command : List.of(
                    List.of("status"),
                    List.of("switch", "list"),
                    List.of("switch", "show", "lan"),
                    List.of("port", "list"),
                    List.of("port", "show", "a"),
                    List.of("mac", "list"),
                    List.of("neigh", "list"),
                    List.of("stats"))) {
                CommandResult people = daemon.cli(command.toArray(String[]::new));
                assertEquals(0, people.exitCode(), () -> command + people.output());
                assertTrue(
                        !people.output().contains("?"),
                        () -> command + " printed an unknown value:\n" + people.output());
                CommandResult programs = daemon.cli(withJson(command));
                Json json = Json.parse(programs.output());
                assertTrue(!json.isEmpty(), () -> command + programs.output());
            }
            assertTrue(daemon.cli("mac", "list").output().contains(b.mac()));
            assertTrue(daemon.cli("neigh", "list").output().contains("198.18.0.2"));
            assertTrue(daemon.cli("port", "list").output().contains(a.namespace()));
        }
    }

    private static String[] withJson(List<String> command) {
        String[] words = command.toArray(new String[command.size() + 1]);
        words[command.size()] = "--json";
        return words;
    }

    @Test
    void traceShowsReceivedFramesAndDecidesForAGivenFrame() throws Exception {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a", "198.18.0.1/24");
            Node b = net.quietNode("b", "198.18.0.2/24");
            Node c = net.quietNode("c", "198.18.0.3/24");
            RunningDaemon daemon = net.start(Io.EPOLL);
            a.ping("198.18.0.2");
            Json known = Json.parse(daemon.cli("trace", "--in", "c", "--from", c.mac(), "--to", b.mac(), "--json")
                    .output());
            assertEquals("forward", known.required("decision").asString());
            assertEquals("b", known.required("out").path(0).asString());
            CommandResult arp = daemon.cli("trace", "--in", "c", "--from", c.mac(), "--arp-for", "198.18.0.2");
            assertTrue(arp.output().contains("forward"), arp.output());
            assertEquals("", daemon.portOf(c.mac()), "a trace with --in learns nothing");

            var seen = new CommandResult[1];
            var watching = new Thread(() -> seen[0] = daemon.cli("trace", "lan", "--seconds", "20", "--max", "30"));
            watching.start();
            // Sends requests until the trace has seen enough: its JVM needs some time to start.
            while (watching.isAlive()) {
                c.ip("neigh", "flush", "all");
                c.ping("198.18.0.1");
            }
            watching.join();
            assertEquals(0, seen[0].exitCode());
            assertTrue(seen[0].output().contains("who-has 198.18.0.1"), seen[0].output());
        }
    }

    @Test
    void portsAndMacsThatAreAddedSurviveARestart() {
        try (var net = new TestNetwork()) {
            Node a = net.quietNode("a", "198.18.0.1/24");
            RunningDaemon daemon = net.start(Io.EPOLL);
            String b = net.quietNamespace("b");
            CommandResult add = daemon.cli(
                    "port", "add", "lan", "b", "--namespace", b, "--device", "eth0", "--address", "198.18.0.2/24");
            assertEquals(0, add.exitCode(), add.output());
            a.ping("198.18.0.2");
            assertEquals(
                    0, daemon.cli("mac", "add", "lan", "02:00:5e:00:00:01", "b").exitCode());
            assertEquals("b", daemon.portOf("02:00:5e:00:00:01"));

            RunningDaemon restarted = net.restart();
            restarted.awaitPortsUp(2);
            a.pingWithin(Duration.ofSeconds(60), "198.18.0.2");
            assertEquals("b", restarted.portOf("02:00:5e:00:00:01"));
            assertEquals(0, restarted.cli("port", "del", "lan", "b").exitCode());
            assertTrue(
                    Command.run("ip", "-n", b, "link", "show", "eth0").exitCode() != 0,
                    "the TAP is removed with its port");
        }
    }

    @Test
    void errorsPrintOneLineAndHaveTheirExitCodes() {
        try (var net = new TestNetwork()) {
            net.quietNode("a");
            RunningDaemon daemon = net.start(Io.EPOLL);
            CommandResult failed = daemon.cli("port", "add", "lan", "x", "--namespace", "no-such-namespace");
            assertEquals(1, failed.exitCode(), failed.output());
            assertEquals(1, failed.output().strip().lines().count(), failed.output());
            assertTrue(failed.output().contains("no-such-namespace"), failed.output());
            assertEquals(1, daemon.cli("port", "show", "lan", "nobody").exitCode());
            assertEquals(2, daemon.cli("port", "add").exitCode());
            assertEquals(2, daemon.cli("frobnicate").exitCode());
            daemon.stop();
            CommandResult gone = daemon.cli("status");
            assertEquals(3, gone.exitCode(), gone.output());
        }
    }
}
