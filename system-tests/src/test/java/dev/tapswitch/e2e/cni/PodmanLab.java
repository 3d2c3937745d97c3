package dev.tapswitch.e2e.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.BusyboxImage;
import dev.tapswitch.e2e.testbed.Command;
import dev.tapswitch.e2e.testbed.CommandResult;
import dev.tapswitch.e2e.testbed.RunningDaemon;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Podman with its CNI backend and Tapswitch, in network and mount namespaces of the test. Images and containers are in a directory of the test. Closing
 * the lab stops and removes everything.
 */
public final class PodmanLab implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final Set<PodmanLab> OPEN = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> OPEN.forEach(PodmanLab::tearDown)));
    }

    private final Path directory;
    private final Process host;
    private final String cgroup = "tapswitch-podman-" + ProcessHandle.current().pid();
    private RunningDaemon daemon;

    public PodmanLab() {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root, to run Podman");
        assumeTrue(Files.exists(Path.of("/dev/net/tun")), "needs /dev/net/tun");
        assumeTrue(Command.exists("podman"), "needs podman: apt-get install podman");
        assumeTrue(Command.exists("runc") || Command.exists("crun"), "needs runc or crun");
        assumeTrue(Files.isExecutable(CniRuntime.PLUGINS.resolve("host-local")), "needs containernetworking-plugins");
        assumeTrue(Command.exists("nft") && Command.exists("iptables"), "needs nftables and iptables");
        BusyboxImage.assumeAvailable();
        try {
            directory = Files.createTempDirectory("tapswitch-podman-");
            // Plugins and Podman keep further files in /run and /var/lib.
            String script = """
                    mount -t tmpfs tmpfs /run && mkdir -p /run/netns /run/lock /run/tapswitch &&
                    mount -t tmpfs tmpfs /var/lib && ln -s %1$s/daemon.sock /run/tapswitch/tapswitch.sock &&
                    ip link set lo up && touch %1$s/ready && exec sleep infinity
                    """.formatted(directory);
            host = Command.start(
                    List.of("unshare", "-n", "-m", "--propagation", "private", "sh", "-c", script),
                    Path.of("/dev/null"));
            OPEN.add(this);
            Files.createDirectories(directory.resolve("networks"));
            Files.writeString(directory.resolve("containers.conf"), """
                    [containers]
                    default_ulimits = []
                    [network]
                    network_backend = "cni"
                    cni_plugin_dirs = ["%s", "%s"]
                    network_config_dir = "%s/networks"
                    [engine]
                    cgroup_manager = "cgroupfs"
                    events_logger = "none"
                    runtime = "%s"
                    """.formatted(
                            Path.of("../config/cni").toAbsolutePath().normalize(),
                            CniRuntime.PLUGINS,
                            directory,
                            Command.exists("crun") ? "crun" : "runc"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        Await.within(
                TIMEOUT, () -> "the namespaces of the host are ready", () -> Files.exists(directory.resolve("ready")));
    }

    /** Declares a network by a file: the podman command only creates networks of Podman's own plugins. */
    public void network(String name, String content) {
        try {
            Files.writeString(directory.resolve("networks/" + name + ".conflist"), content);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Imports the image {@code box}, which has busybox. Skips the test where Podman cannot run. */
    public void importBox() {
        Path image = BusyboxImage.create(directory.resolve("rootfs"));
        CommandResult imported = tryPodman("import", image.toString(), "box");
        assumeTrue(imported.exitCode() == 0, () -> "Podman can't run here: " + imported.output());
    }

    public RunningDaemon startTapswitch() {
        daemon = RunningDaemon.start(inHost(), directory, """
                socket: %1$s/daemon.sock
                state: %1$s/state
                """.formatted(directory));
        return daemon;
    }

    /** The number of ports of a switch, or -1 if there is no such switch. */
    public int tapswitchPorts(String name) {
        for (var sw : daemon.api().get("/v1/switches")) {
            if (sw.required("name").asString().equals(name))
                return sw.required("ports").asInt();
        }
        return -1;
    }

    /** Starts a container that serves its own name by HTTP on port 80. */
    public void web(String name, String... options) {
        List<String> command = new ArrayList<>(List.of("run", "-d", "--name", name, "--cgroup-parent", "/" + cgroup));
        command.addAll(List.of(options));
        command.addAll(List.of("box", "sh", "-c", "echo " + name + " >/www/index.html; exec httpd -f -h /www"));
        podman(command.toArray(String[]::new));
    }

    public String podman(String... command) {
        CommandResult result = tryPodman(command);
        assertEquals(
                0,
                result.exitCode(),
                () -> "podman " + String.join(" ", command) + ":\n" + result.output() + daemon.log());
        return result.output().strip();
    }

    private CommandResult tryPodman(String... command) {
        List<String> all = new ArrayList<>(List.of("env", "CONTAINERS_CONF=" + directory + "/containers.conf"));
        all.addAll(List.of("podman", "--root", directory + "/storage", "--runroot", "/run/containers"));
        all.addAll(List.of("--tmpdir", "/run/libpod", "--storage-driver", "vfs"));
        all.addAll(List.of(command));
        return Command.run(TIMEOUT, inHost(all.toArray(String[]::new)));
    }

    public String host(String... command) {
        return Command.expect(inHost(command));
    }

    public CommandResult tryHost(String... command) {
        return Command.run(TIMEOUT, inHost(command));
    }

    private List<String> inHost(String... command) {
        List<String> all = new ArrayList<>(List.of("nsenter", "-t", "" + host.pid(), "-n", "-m", "--wd=/"));
        all.addAll(List.of(command));
        return all;
    }

    @Override
    public void close() {
        tearDown();
        if (daemon != null) daemon.assertLogIsSane();
    }

    private synchronized void tearDown() {
        if (!OPEN.remove(this)) return;
        // JUnit interrupts a test that has exceeded its time limit; the interrupt must not stop the clean-up.
        Thread.interrupted();
        tryPodman("rm", "-f", "-a", "-t", "0");
        if (daemon != null) daemon.stop();
        host.destroyForcibly();
        try {
            host.waitFor(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Command.run("sh", "-c", "find /sys/fs/cgroup -depth -type d -path '*/" + cgroup + "*' -exec rmdir {} +");
        Command.run("rm", "-rf", "--one-file-system", directory.toString());
        if (Files.exists(directory)) System.err.println("left behind: " + directory);
    }
}
