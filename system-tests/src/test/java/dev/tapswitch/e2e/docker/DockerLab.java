package dev.tapswitch.e2e.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.BusyboxImage;
import dev.tapswitch.e2e.testbed.Command;
import dev.tapswitch.e2e.testbed.CommandResult;
import dev.tapswitch.e2e.testbed.ListeningSockets;
import dev.tapswitch.e2e.testbed.RunningDaemon;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * A simulated host with dockerd and Tapswitch, and a namespace that acts as the Internet. They run in network and mount namespaces of the test, so that
 * nothing affects the machine. Closing the lab stops and removes everything. The data of dockerd is on a tmpfs: dockerd syncs it at each start of a
 * container, which would take time on a disk.
 */
public final class DockerLab implements AutoCloseable {
    /** The host's address on the link to the Internet. */
    public static final String HOST = "198.18.0.1";

    /** The address of the Internet namespace. */
    public static final String INTERNET = "198.18.0.2";

    private static final String DOCKERD = "/usr/sbin/dockerd";
    /** The client of Debian's docker.io fits its dockerd. The one that is first in the path may be of another version. */
    private static final String DOCKER = Files.isExecutable(Path.of("/usr/bin/docker")) ? "/usr/bin/docker" : "docker";

    private static final Duration TIMEOUT = Duration.ofMinutes(2);
    private static final Set<DockerLab> OPEN = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> OPEN.forEach(DockerLab::tearDown)));
    }

    private final Path directory;
    private final Process host;
    private final Process internet;
    private final List<Process> processes = new ArrayList<>();
    private final DockerEngine engine = new DockerEngine(this);
    private RunningDaemon daemon;

    public DockerLab() {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root, to run dockerd");
        assumeTrue(Files.exists(Path.of("/dev/net/tun")), "needs /dev/net/tun");
        assumeTrue(Files.isExecutable(Path.of(DOCKERD)), "needs dockerd: apt-get install docker.io");
        assumeTrue(Command.exists(DOCKER), "needs the docker command: apt-get install docker.io");
        assumeTrue(Command.exists("nft"), "needs nft: apt-get install nftables");
        BusyboxImage.assumeAvailable();
        try {
            directory = Files.createTempDirectory("tapswitch-docker-");
            host = start("unshare", "-n", "-m", "--propagation", "private", "sh", "-c", """
                    mount -t tmpfs tmpfs /run && mkdir -p /run/docker/plugins /run/netns /run/lock /etc/docker &&
                    mount -t tmpfs tmpfs /etc/docker && mkdir %1$s/data %1$s/containerd &&
                    mount -t tmpfs tmpfs %1$s/data && mount -t tmpfs tmpfs %1$s/containerd &&
                    ip link set lo up && touch %1$s/ready && exec sleep infinity
                    """.formatted(directory));
            internet = start("unshare", "-n", "sleep", "infinity");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        OPEN.add(this);
        Await.within(
                TIMEOUT, () -> "the namespaces of the host are ready", () -> Files.exists(directory.resolve("ready")));
        host("ip", "link", "add", "inet0", "type", "veth", "peer", "name", "eth0", "netns", "" + internet.pid());
        host("ip", "address", "add", HOST + "/24", "dev", "inet0");
        host("ip", "-6", "address", "add", "fd00:198::1/64", "dev", "inet0", "nodad");
        host("ip", "link", "set", "inet0", "up");
        internet("ip", "link", "set", "lo", "up");
        internet("ip", "address", "add", INTERNET + "/24", "dev", "eth0");
        internet("ip", "-6", "address", "add", "fd00:198::2/64", "dev", "eth0", "nodad");
        internet("ip", "link", "set", "eth0", "up");
    }

    /** Starts dockerd and imports the image {@code box}, which has busybox. */
    public DockerLab withDocker(String... dockerdOptions) {
        engine.start(dockerdOptions);
        Path image = BusyboxImage.create(directory.resolve("rootfs"));
        docker("import", "-c", "ENV PATH=/bin", image.toString(), "box");
        return this;
    }

    public void startDocker(String... dockerdOptions) {
        engine.start(dockerdOptions);
    }

    /** Starts dockerd again with the same options and data. */
    public void restartDocker() {
        engine.restart();
    }

    /** Stops dockerd with SIGTERM, as systemd does. */
    public void stopDocker() {
        engine.stop();
    }

    /** Kills dockerd with SIGKILL. */
    public void killDocker() {
        engine.kill();
    }

    /** Simulates a power loss: kills all processes and removes everything that is not on the disk. */
    public void powerOff() {
        engine.kill();
        daemon.kill();
        for (long pid : processesInHost())
            if (pid != host.pid()) ProcessHandle.of(pid).ifPresent(DockerLab::killTree);
        engine.awaitEndOfContainerd();
        host("sh", "-c", """
                for m in $(grep -oE ' /run/(docker|containerd)[^ ]*' /proc/mounts | sort -r); do umount -l $m; done
                rm -rf /run/docker* /run/containerd; mkdir -p /run/docker/plugins; nft flush ruleset""");
    }

    /** Kills a process with its descendants: containers have their own mount namespaces, so {@link #processesInHost} does not list them. */
    private static void killTree(ProcessHandle process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    /** Starts Tapswitch as a network driver. {@code lines}: further configuration; a line that starts with "docker:" replaces the default. */
    public RunningDaemon startTapswitch(String... lines) {
        String more = String.join("\n", lines);
        daemon = RunningDaemon.start(inHost(), directory, """
                socket: %1$s/daemon.sock
                state: %1$s/state
                %2$s
                """.formatted(
                        directory, more.contains("docker: ") ? more : "docker: {enabled: true}\n" + more));
        Await.within(
                TIMEOUT,
                () -> "the driver's socket exists:\n" + daemon.log(),
                () -> hasSocket("/run/docker/plugins/tapswitch.sock"));
        return daemon;
    }

    boolean hasSocket(String path) {
        return Command.run(TIMEOUT, inHost("test", "-S", path)).exitCode() == 0;
    }

    /** Starts Tapswitch again with the same configuration. */
    public RunningDaemon restartTapswitch() {
        daemon = RunningDaemon.start(inHost(), directory, daemon.yaml());
        return daemon;
    }

    public RunningDaemon tapswitch() {
        return daemon;
    }

    public Path directory() {
        return directory;
    }

    /** Runs a docker command that must succeed, and returns its output. */
    public String docker(String... command) {
        CommandResult result = tryDocker(command);
        assertEquals(
                0,
                result.exitCode(),
                () -> "docker " + String.join(" ", command) + ":\n" + result.output()
                        + (daemon == null ? "" : "\n" + daemon.log()));
        return result.output().strip();
    }

    public CommandResult tryDocker(String... command) {
        List<String> all = new ArrayList<>(List.of("env", "DOCKER_HOST=unix://" + directory + "/docker.sock", DOCKER));
        all.addAll(List.of(command));
        return Command.run(Duration.ofMinutes(3), inHost(all.toArray(String[]::new)));
    }

    /** Starts a container that serves its own name by HTTP on port 80. */
    public void web(String name, String... dockerOptions) {
        webAnd("", name, dockerOptions);
    }

    /** Like {@link #web(String, String...)}, with a line of shell that runs in the background. This takes much less time than a docker exec. */
    public void webAnd(String line, String name, String... dockerOptions) {
        List<String> command = new ArrayList<>(List.of("run", "-d", "--init", "--name", name, "--hostname", name));
        if (!Files.isExecutable(Path.of("/usr/bin/docker-init"))) command.remove("--init");
        command.addAll(List.of(dockerOptions));
        command.addAll(List.of(
                "box",
                "sh",
                "-c",
                "trap 'exit 0' TERM; echo " + name + " >/www/index.html; httpd -f -h /www & " + line + "\nwait"));
        docker(command.toArray(String[]::new));
        // docker run returns before the web server has started.
        ListeningSockets.await(Long.parseLong(docker("inspect", "-f", "{{.State.Pid}}", name)), 80);
    }

    private void remove(List<String> containers) {
        for (int i = 0; i < containers.size(); i += 10) {
            List<String> command = new ArrayList<>(List.of("rm", "-f"));
            command.addAll(containers.subList(i, Math.min(i + 10, containers.size())));
            tryDocker(command.toArray(String[]::new));
        }
    }

    /** Runs a command in a container, which must succeed within a minute, and returns its output. */
    public String exec(String container, String... command) {
        List<String> all = new ArrayList<>(List.of("exec", container, "timeout", "60"));
        all.addAll(List.of(command));
        return docker(all.toArray(String[]::new));
    }

    /** Runs a command in a container for up to 30 s. */
    public CommandResult tryExec(String container, String... command) {
        List<String> all = new ArrayList<>(List.of("exec", container, "timeout", "30"));
        all.addAll(List.of(command));
        return tryDocker(all.toArray(String[]::new));
    }

    public void ping(String container, String target) {
        String output = exec(container, "ping", "-c", "2", "-W", "20", target);
        if (!output.contains(" 0% packet loss")) fail(container + " pings " + target + ":\n" + output);
    }

    /** The body of an HTTP response that a container gets. */
    public String get(String container, String url) {
        return exec(container, "wget", "-q", "-O", "-", url);
    }

    /** The body of an HTTP response that the host gets. */
    public String get(String url) {
        return host("curl", "-gsS", "--max-time", "30", url).strip();
    }

    /** The body of an HTTP response that a client on the Internet gets. */
    public String getFromInternet(String url) {
        return internet("curl", "-gsS", "--max-time", "30", url).strip();
    }

    /** Starts a web server on the Internet whose CGI script {@code who} returns the address of the client. */
    public void serveInternet() {
        try {
            Path script =
                    Files.createDirectories(directory.resolve("www/cgi-bin")).resolve("who");
            Files.writeString(script, """
                    #!/bin/sh
                    echo "Content-Type: text/plain"; echo; echo "$REMOTE_ADDR"
                    """);
            assertTrue(script.toFile().setExecutable(true));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        killAtEnd(inInternet("busybox", "httpd", "-f", "-p", "0.0.0.0:80", "-h", directory + "/www"), "httpd.log");
        Await.within(
                TIMEOUT,
                () -> "the web server on the Internet responds",
                () -> Command.run(Duration.ofSeconds(30), inInternet("curl", "-s", "http://127.0.0.1/cgi-bin/who"))
                        .output()
                        .contains("127.0.0.1"));
    }

    /** The IPv4 address of a container on a network. */
    public String address(String container, String network) {
        return docker(
                "inspect", "-f", "{{(index .NetworkSettings.Networks \"" + network + "\").IPAddress}}", container);
    }

    /** The file of a container's network namespace, as Docker reports it (a sandbox). */
    public String sandbox(String container) {
        return docker("inspect", "-f", "{{.NetworkSettings.SandboxKey}}", container);
    }

    /** Runs a command on the simulated host; it must succeed. */
    public String host(String... command) {
        return Command.expect(inHost(command));
    }

    /** Runs a command on the Internet; it must succeed. */
    public String internet(String... command) {
        return Command.expect(inInternet(command));
    }

    public CommandResult tryInternet(String... command) {
        return Command.run(Duration.ofSeconds(60), inInternet(command));
    }

    /** Starts a process that runs until the lab is closed. {@code file}: where its output goes, in the lab's directory. */
    public Process killAtEnd(List<String> command, String file) {
        try {
            Process process = Command.start(command, directory.resolve(file));
            processes.add(process);
            return process;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The output of a process that {@link #killAtEnd} has started. */
    public String outputOf(String file) {
        try {
            return Files.readString(directory.resolve(file));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The network namespace of the simulated host. */
    public String hostNamespace() {
        return "/proc/" + host.pid() + "/ns/net";
    }

    /** The network namespace of a running container, by its process. */
    public String namespace(String container) {
        return "/proc/" + docker("inspect", "-f", "{{.State.Pid}}", container) + "/ns/net";
    }

    /** The command line that runs a command in the namespaces of the simulated host. */
    public List<String> inHost(String... command) {
        List<String> all = new ArrayList<>(List.of("nsenter", "-t", "" + host.pid(), "-n", "-m", "--wd=/"));
        all.addAll(List.of(command));
        return all;
    }

    private List<String> inInternet(String... command) {
        List<String> all = new ArrayList<>(List.of("nsenter", "-t", "" + internet.pid(), "-n"));
        all.addAll(List.of(command));
        return all;
    }

    private static Process start(String... command) throws IOException {
        return Command.start(List.of(command), Path.of("/dev/null"));
    }

    /** The last lines of a file in the lab's directory. */
    String tail(String file) {
        return Command.run("tail", "-n", "20", directory.resolve(file).toString())
                .output();
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
        try {
            if (engine.isRunning()) {
                remove(tryDocker("ps", "-aq").output().lines().toList());
                engine.stop();
            }
            if (daemon != null) daemon.stop();
        } finally {
            endProcesses();
        }
    }

    private void endProcesses() {
        processes.forEach(Process::destroyForcibly);
        // Where dockerd was killed, containerd's shims still run in the mount namespace of the host, and containers are
        // their children.
        for (long pid : processesInHost()) ProcessHandle.of(pid).ifPresent(DockerLab::killTree);
        DockerEngine.awaitEnd(host, 30);
        internet.destroyForcibly();
        Command.run("rm", "-rf", "--one-file-system", directory.toString());
        if (Files.exists(directory)) System.err.println("left behind: " + directory + " " + list());
    }

    private String list() {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.sorted(Comparator.reverseOrder()).limit(5).toList().toString();
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** The processes in the mount namespace of the host. */
    private List<Long> processesInHost() {
        return Command.run("sh", "-c", """
                host=$(readlink /proc/%d/ns/mnt) || exit 0
                for p in /proc/[0-9]*; do [ "$(readlink $p/ns/mnt 2>/dev/null)" = "$host" ] && echo ${p#/proc/}; done; true
                """.formatted(host.pid()))
                .output()
                .lines()
                .map(Long::parseLong)
                .toList();
    }
}
