package dev.tapswitch.e2e.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import java.util.Set;
import java.util.TreeSet;

/**
 * Calls the CNI plugin as a container runtime does, for one network. The plugins run in the namespace of the daemon, which acts as the host. A container is
 * a namespace of the test.
 */
public record CniRuntime(TestNetwork net, RunningDaemon daemon, Json config) {
    public static final Path PLUGINS = Path.of("/usr/lib/cni");
    private static final Path PLUGIN =
            Path.of("../config/cni/tapswitch").toAbsolutePath().normalize();

    /** Starts a daemon and a network "pods": host-local assigns addresses of 198.18.7.0/24, and the host is the default gateway. */
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

    /** Runs a CNI command of a plugin. {@code more}: further environment variables. */
    public CommandResult call(
            Path plugin, String cniCommand, String container, String ifname, Json input, String... more)
            throws IOException {
        Path stdin = Files.writeString(net.directory().resolve("stdin.json"), input.toString());
        List<String> command = new ArrayList<>(
                List.of("env", "CNI_COMMAND=" + cniCommand, "CNI_CONTAINERID=" + container, "CNI_IFNAME=" + ifname));
        boolean hasNamespace = Arrays.stream(more).anyMatch(variable -> variable.startsWith("CNI_NETNS="));
        if (!hasNamespace) command.add("CNI_NETNS=/run/netns/" + net.namespace(container));
        command.add("CNI_PATH=" + PLUGIN.getParent() + ":" + PLUGINS);
        command.add("TAPSWITCH_SOCKET=" + daemon.api().socket());
        command.addAll(List.of(more));
        command.addAll(List.of("sh", "-c", plugin + " <" + stdin));
        return Command.run(
                Duration.ofMinutes(2), TestNetwork.inNamespace(net.namespace("sw"), command.toArray(String[]::new)));
    }

    public CommandResult call(String cniCommand, String container, String... more) throws IOException {
        return call(PLUGIN, cniCommand, container, "eth0", config, more);
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

    /** The same network with a changed configuration. */
    public CniRuntime with(String key, Object value) {
        Json changed = Json.parse(config.toString());
        changed.put(key, value);
        return new CniRuntime(net, daemon, changed);
    }

    /** Restarts the daemon. */
    public CniRuntime restarted() {
        return new CniRuntime(net, net.restart(), config);
    }

    /** Starts the daemon again after it was killed. */
    public CniRuntime restartedAfterKill() {
        return new CniRuntime(net, net.restartAfterKill(), config);
    }

    /** The names of all switches. */
    public List<String> switches() {
        Set<String> names = new TreeSet<>();
        for (Json sw : daemon.api().get("/v1/switches"))
            names.add(sw.required("name").asString());
        assertFalse(names.isEmpty(), "the switch lan always exists");
        return List.copyOf(names);
    }

    /** The names of all interfaces in the daemon's namespace. */
    public List<String> links() {
        Set<String> names = new TreeSet<>();
        exec("sw", "ip", "-br", "link").lines().forEach(line -> names.add(line.split("[ @]", 2)[0]));
        return List.copyOf(names);
    }

    public void ping(String from, Json to) {
        exec(from, "ping", "-n", "-c", "2", "-i", "0.1", "-W", "20", addressOf(to));
    }

    /** Runs a command in a namespace; it must succeed. */
    public String exec(String namespace, String... command) {
        return Command.expect(TestNetwork.inNamespace(net.namespace(namespace), command));
    }

    /** The address in the result of ADD, without the prefix length. */
    public static String addressOf(Json added) {
        return added.path("ips").path(0).path("address").asString().replaceFirst("/.*", "");
    }
}
