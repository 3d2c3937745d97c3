package dev.tapswitch.e2e.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tapswitch.control.json.Json;
import dev.tapswitch.e2e.testbed.Command;
import dev.tapswitch.e2e.testbed.CommandResult;
import dev.tapswitch.e2e.testbed.Io;
import dev.tapswitch.e2e.testbed.RunningDaemon;
import dev.tapswitch.e2e.testbed.TestNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A container runtime with one network of ours; its plugins run in the daemon's namespace, which is the host's here. A container is a namespace of
 * the test's.
 */
public record CniRuntime(TestNetwork net, RunningDaemon daemon, Json config) {
    public static final Path PLUGINS = Path.of("/usr/lib/cni");
    private static final Path LAUNCHER =
            Path.of("../config/cni/tapswitch").toAbsolutePath().normalize();

    /** With the network "pods", 198.18.7.0/24 by host-local, whose containers route by the host. */
    public static CniRuntime start(TestNetwork net, String version) {
        assumeTrue(Command.exists("curl"), "needs curl");
        assumeTrue(Files.isExecutable(PLUGINS.resolve("host-local")), "needs Debian's containernetworking-plugins");
        net.quietNode("node", "198.18.0.1/24");
        Json config = Json.object();
        config.put("cniVersion", version)
                .put("name", "pods")
                .put("type", "tapswitch")
                .put("isDefaultGateway", true);
        Json ipam = config.putObject("ipam").put("type", "host-local").put("subnet", "198.18.7.0/24");
        ipam.put("dataDir", net.directory().resolve("ipam").toString());
        return new CniRuntime(net, net.start(Io.EPOLL), config);
    }

    public CommandResult call(Path plugin, String command, String container, String ifname, Json input, String... more)
            throws IOException {
        Path stdin = Files.writeString(net.directory().resolve("stdin.json"), input.toString());
        List<String> words = new ArrayList<>(
                List.of("env", "CNI_COMMAND=" + command, "CNI_CONTAINERID=" + container, "CNI_IFNAME=" + ifname));
        boolean isElsewhere = Arrays.stream(more).anyMatch(word -> word.startsWith("CNI_NETNS="));
        if (!isElsewhere) words.add("CNI_NETNS=/run/netns/" + net.namespace(container));
        words.add("CNI_PATH=" + LAUNCHER.getParent() + ":" + PLUGINS);
        words.add("TAPSWITCH_SOCKET=" + daemon.api().socket());
        words.addAll(List.of(more));
        words.addAll(List.of("sh", "-c", plugin + " <" + stdin));
        return Command.run(
                Duration.ofMinutes(2), TestNetwork.inside(net.namespace("sw"), words.toArray(String[]::new)));
    }

    public CommandResult call(String command, String container, String... more) throws IOException {
        return call(LAUNCHER, command, container, "eth0", config, more);
    }

    public Json add(String container, String... more) throws IOException {
        CommandResult added = call("ADD", container, more);
        assertEquals(0, added.exitCode(), () -> added.output() + daemon.log());
        return Json.parse(added.output());
    }

    public void delete(String container) throws IOException {
        CommandResult deleted = call("DEL", container);
        assertEquals(0, deleted.exitCode(), () -> deleted.output() + daemon.log());
    }

    public CniRuntime with(String key, Object value) {
        Json changed = Json.parse(config.toString());
        changed.put(key, value);
        return new CniRuntime(net, daemon, changed);
    }

    /** The same beside a daemon that was started again. */
    public CniRuntime restarted() {
        return new CniRuntime(net, net.restart(), config);
    }

    public void ping(String from, Json to) {
        in(from, "ping", "-n", "-c", "2", "-i", "0.1", "-W", "2", addressOf(to));
    }

    /** What a command said in a namespace, having succeeded. */
    public String in(String namespace, String... words) {
        return Command.expect(TestNetwork.inside(net.namespace(namespace), words));
    }

    /** The address that ADD answered, without its length. */
    public static String addressOf(Json added) {
        return added.path("ips").path(0).path("address").asString().replaceFirst("/.*", "");
    }
}
