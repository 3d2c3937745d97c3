package dev.tapswitch.e2e.cni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tapswitch.e2e.testbed.Await;
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
 * Podman with its CNI backend and a Tapswitch, in network and mount namespaces of the test's own, its images and containers in a directory of the
 * test's own. Closing it ends and removes all of it.
 */
public final class PodmanLab implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
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
        assumeTrue(
                Command.run("sh", "-c", "busybox --list | grep -qx httpd && ! ldd $(command -v busybox)")
                                .exitCode()
                        == 0,
                "needs a static busybox: apt-get install busybox-static");
        try {
            directory = Files.createTempDirectory("tapswitch-podman-");
            // What plugins and Podman keep of their own accord is under /run and /var/lib.
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
        Await.within(PATIENCE, () -> "namespaces", () -> Files.exists(directory.resolve("ready")));
    }

    /** Declares a network as a file of Podman's, which knows no other way for a plugin that is not its own. */
    public void network(String name, String content) {
        try {
            Files.writeString(directory.resolve("networks/" + name + ".conflist"), content);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Gives Podman the image {@code box}, in which there is busybox. */
    public void importBox() {
        Path root = directory.resolve("rootfs");
        Command.expect("sh", "-c", """
                set -e; mkdir -p %1$s/bin %1$s/etc %1$s/proc %1$s/sys %1$s/dev %1$s/tmp %1$s/www %1$s/root
                cp "$(command -v busybox)" %1$s/bin/busybox
                for a in $(busybox --list); do [ "$a" = busybox ] || ln -s busybox "%1$s/bin/$a"; done
                echo 'root:x:0:0:root:/root:/bin/sh' >%1$s/etc/passwd
                tar -C %1$s -cf %1$s.tar .
                """.formatted(root));
        CommandResult imported = tryPodman("import", root + ".tar", "box");
        assumeTrue(imported.exitCode() == 0, () -> "Podman can't run here: " + imported.output());
    }

    public RunningDaemon startTapswitch() {
        daemon = RunningDaemon.start(inHost(), directory, """
                socket: %1$s/daemon.sock
                state: %1$s/state
                """.formatted(directory));
        return daemon;
    }

    /** How many ports a switch has; -1 where there is no such switch. */
    public int tapswitchPorts(String name) {
        for (var one : daemon.api().get("/v1/switches")) {
            if (one.required("name").asString().equals(name))
                return one.required("ports").asInt();
        }
        return -1;
    }

    /** A container that serves its own name by HTTP at port 80. */
    public void web(String name, String... options) {
        List<String> words = new ArrayList<>(List.of("run", "-d", "--name", name, "--cgroup-parent", "/" + cgroup));
        words.addAll(List.of(options));
        words.addAll(List.of("box", "sh", "-c", "echo " + name + " >/www/index.html; exec httpd -f -h /www"));
        podman(words.toArray(String[]::new));
    }

    public String podman(String... words) {
        CommandResult command = tryPodman(words);
        assertEquals(
                0,
                command.exitCode(),
                () -> "podman " + String.join(" ", words) + ":\n" + command.output() + daemon.log());
        return command.output().strip();
    }

    private CommandResult tryPodman(String... words) {
        List<String> all = new ArrayList<>(List.of("env", "CONTAINERS_CONF=" + directory + "/containers.conf"));
        all.addAll(List.of("podman", "--root", directory + "/storage", "--runroot", "/run/containers"));
        all.addAll(List.of("--tmpdir", "/run/libpod", "--storage-driver", "vfs"));
        all.addAll(List.of(words));
        return Command.run(PATIENCE, inHost(all.toArray(String[]::new)));
    }

    public String host(String... words) {
        return Command.expect(inHost(words));
    }

    public CommandResult tryHost(String... words) {
        return Command.run(PATIENCE, inHost(words));
    }

    private List<String> inHost(String... words) {
        List<String> all = new ArrayList<>(List.of("nsenter", "-t", "" + host.pid(), "-n", "-m", "--wd=/"));
        all.addAll(List.of(words));
        return all;
    }

    @Override
    public void close() {
        tearDown();
        if (daemon != null) daemon.assertLogIsSane();
    }

    private synchronized void tearDown() {
        if (!OPEN.remove(this)) return;
        // A test that ran out of time is interrupted: that, not its cleaning up.
        Thread.interrupted();
        tryPodman("rm", "-f", "-a", "-t", "0");
        if (daemon != null) daemon.stop();
        host.destroyForcibly();
        try {
            host.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Command.run("sh", "-c", "find /sys/fs/cgroup -depth -type d -path '*/" + cgroup + "*' -exec rmdir {} +");
        Command.run("rm", "-rf", "--one-file-system", directory.toString());
        if (Files.exists(directory)) System.err.println("left behind: " + directory);
    }
}
