package dev.tapswitch.e2e.docker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
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
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A machine in miniature with a dockerd of its own, a Tapswitch, and a namespace that plays the Internet: network and mount namespaces of the
 * test's own, so that nothing of it reaches the machine. Closing it ends and removes all of it. What dockerd keeps is in memory: it waits for
 * the disk at each start of a container.
 */
public final class DockerLab implements AutoCloseable {
    /** The host's address towards the Internet, and the Internet's. */
    public static final String HOST = "198.18.0.1";

    public static final String INTERNET = "198.18.0.2";
    private static final String DOCKERD = "/usr/sbin/dockerd";
    /** Debian's own comes with dockerd, and fits it; another may be first in the path. */
    private static final String DOCKER = Files.isExecutable(Path.of("/usr/bin/docker")) ? "/usr/bin/docker" : "docker";

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Set<DockerLab> OPEN = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> OPEN.forEach(DockerLab::tearDown)));
    }

    private final Path directory;
    private final Process host;
    private final Process internet;
    private final List<Process> processes = new ArrayList<>();
    private Process containerd;
    private Process dockerd;
    private RunningDaemon daemon;
    private String[] options = {};

    public DockerLab() {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root, to run dockerd");
        assumeTrue(Files.exists(Path.of("/dev/net/tun")), "needs /dev/net/tun");
        assumeTrue(Files.isExecutable(Path.of(DOCKERD)), "needs dockerd: apt-get install docker.io");
        assumeTrue(Command.exists(DOCKER), "needs the docker command: apt-get install docker.io");
        assumeTrue(Command.exists("nft"), "needs nft: apt-get install nftables");
        assumeTrue(
                Command.run("sh", "-c", "busybox --list | grep -qx httpd && ! ldd $(command -v busybox)")
                                .exitCode()
                        == 0,
                "needs a static busybox: apt-get install busybox-static");
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
        Await.within(PATIENCE, () -> "namespaces", () -> Files.exists(directory.resolve("ready")));
        host("ip", "link", "add", "inet0", "type", "veth", "peer", "name", "eth0", "netns", "" + internet.pid());
        host("ip", "address", "add", HOST + "/24", "dev", "inet0");
        host("ip", "-6", "address", "add", "fd00:198::1/64", "dev", "inet0", "nodad");
        host("ip", "link", "set", "inet0", "up");
        internet("ip", "link", "set", "lo", "up");
        internet("ip", "address", "add", INTERNET + "/24", "dev", "eth0");
        internet("ip", "-6", "address", "add", "fd00:198::2/64", "dev", "eth0", "nodad");
        internet("ip", "link", "set", "eth0", "up");
    }

    /** Starts dockerd and gives it the image {@code box}, in which there is busybox. */
    public DockerLab withDocker(String... dockerdOptions) {
        startDocker(dockerdOptions);
        Path root = directory.resolve("rootfs");
        Command.expect("sh", "-c", """
                set -e; mkdir -p %1$s/bin %1$s/etc %1$s/proc %1$s/sys %1$s/dev %1$s/tmp %1$s/www %1$s/root
                cp "$(command -v busybox)" %1$s/bin/busybox
                for a in $(busybox --list); do [ "$a" = busybox ] || ln -s busybox "%1$s/bin/$a"; done
                echo 'root:x:0:0:root:/root:/bin/sh' >%1$s/etc/passwd
                tar -C %1$s -cf %1$s.tar .
                """.formatted(root));
        docker("import", "-c", "ENV PATH=/bin", root + ".tar", "box");
        return this;
    }

    /** With the options and the data it had. */
    public void startDockerAgain() {
        startDocker(options);
    }

    public void startDocker(String... dockerdOptions) {
        boolean isOld = dockerd != null;
        options = dockerdOptions;
        startContainerd();
        List<String> words = new ArrayList<>(List.of(
                DOCKERD,
                "--containerd",
                "/run/containerd/containerd.sock",
                "--data-root",
                directory + "/data",
                "--exec-root",
                "/run/docker-lab",
                "--pidfile",
                "/run/docker-lab.pid",
                "-H",
                "unix://" + directory + "/docker.sock"));
        words.addAll(List.of(options));
        try {
            dockerd = Command.start(inHost(words.toArray(String[]::new)), directory.resolve("dockerd.log"));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        Await.within(PATIENCE, () -> "dockerd answers:\n" + tail("dockerd.log"), () -> {
            assumeTrue(isOld || dockerd.isAlive(), () -> "dockerd can't run here:\n" + tail("dockerd.log"));
            return tryDocker("version").exitCode() == 0;
        });
    }

    /** A service of its own, as on real machines, so that killing dockerd does not kill it. */
    private void startContainerd() {
        if (containerd != null) return;
        containerd = endLater(inHost("containerd", "--root", directory + "/containerd"), "containerd.log");
        Await.within(
                PATIENCE,
                () -> "containerd:\n" + tail("containerd.log"),
                () -> Command.run(PATIENCE, inHost("test", "-S", "/run/containerd/containerd.sock"))
                                .exitCode()
                        == 0);
    }

    /** SIGTERM, as systemctl does. */
    public void stopDocker() {
        dockerd.destroy();
        awaitEnd(dockerd, 60);
    }

    public void killDocker() {
        dockerd.destroyForcibly();
        awaitEnd(dockerd, 30);
        host("rm", "-f", "/run/docker-lab.pid");
    }

    /** The machine loses its power: nothing runs, and nothing but what is on disk is left. */
    public void powerOff() {
        dockerd.destroyForcibly();
        awaitEnd(dockerd, 30);
        daemon.kill();
        for (long pid : lab()) if (pid != host.pid()) ProcessHandle.of(pid).ifPresent(DockerLab::kill);
        awaitEnd(containerd, 10);
        containerd = null;
        host("sh", "-c", """
                for m in $(grep -oE ' /run/(docker|containerd)[^ ]*' /proc/mounts | sort -r); do umount -l $m; done
                rm -rf /run/docker* /run/containerd; mkdir -p /run/docker/plugins; nft flush ruleset""");
    }

    /** With the container that it started, which is in a mount namespace of its own. */
    private static void kill(ProcessHandle process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    /** Starts Tapswitch as the network driver, or as {@code lines} say. */
    public RunningDaemon startTapswitch(String... lines) {
        String more = String.join("\n", lines);
        daemon = RunningDaemon.start(inHost(), directory, """
                socket: %1$s/daemon.sock
                state: %1$s/state
                %2$s
                """.formatted(
                        directory, more.contains("docker: ") ? more : "docker: {enabled: true}\n" + more));
        Await.within(
                PATIENCE,
                () -> "the driver's socket:\n" + daemon.log(),
                () -> Command.run(PATIENCE, inHost("test", "-S", "/run/docker/plugins/tapswitch.sock"))
                                .exitCode()
                        == 0);
        return daemon;
    }

    /** As it was configured before. */
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

    public String docker(String... words) {
        CommandResult command = tryDocker(words);
        assertEquals(
                0,
                command.exitCode(),
                () -> "docker " + String.join(" ", words) + ":\n" + command.output()
                        + (daemon == null ? "" : "\n" + daemon.log()));
        return command.output().strip();
    }

    public CommandResult tryDocker(String... words) {
        List<String> all = new ArrayList<>(List.of("env", "DOCKER_HOST=unix://" + directory + "/docker.sock", DOCKER));
        all.addAll(List.of(words));
        return Command.run(Duration.ofMinutes(3), inHost(all.toArray(String[]::new)));
    }

    /** A container that serves its own name by HTTP at port 80 until it is stopped. */
    public void web(String name, String... dockerOptions) {
        webAnd("", name, dockerOptions);
    }

    /** As {@link #web(String, String...)}, with a line of shell in the background: cheaper by far than a docker exec. */
    public void webAnd(String line, String name, String... dockerOptions) {
        List<String> words = new ArrayList<>(List.of("run", "-d", "--init", "--name", name, "--hostname", name));
        if (!Files.isExecutable(Path.of("/usr/bin/docker-init"))) words.remove("--init");
        words.addAll(List.of(dockerOptions));
        words.addAll(List.of(
                "box",
                "sh",
                "-c",
                "trap 'exit 0' TERM; echo " + name + " >/www/index.html; httpd -f -h /www & " + line + "\nwait"));
        docker(words.toArray(String[]::new));
    }

    private void remove(List<String> containers) {
        for (int i = 0; i < containers.size(); i += 10) {
            List<String> words = new ArrayList<>(List.of("rm", "-f"));
            words.addAll(containers.subList(i, Math.min(i + 10, containers.size())));
            tryDocker(words.toArray(String[]::new));
        }
    }

    /** A command in a container, which must succeed. */
    public String in(String container, String... words) {
        List<String> all = new ArrayList<>(List.of("exec", container, "timeout", "10"));
        all.addAll(List.of(words));
        return docker(all.toArray(String[]::new));
    }

    public CommandResult tryIn(String container, String... words) {
        List<String> all = new ArrayList<>(List.of("exec", container, "timeout", "5"));
        all.addAll(List.of(words));
        return tryDocker(all.toArray(String[]::new));
    }

    public void ping(String container, String target) {
        String said = in(container, "ping", "-c", "2", "-W", "2", target);
        if (!said.contains(" 0% packet loss")) fail(container + " pings " + target + ":\n" + said);
    }

    /** What a container gets by HTTP. */
    public String get(String container, String url) {
        return in(container, "wget", "-q", "-O", "-", url);
    }

    /** What the host gets by HTTP. */
    public String get(String url) {
        return host("curl", "-gsS", "--max-time", "5", url).strip();
    }

    /** What somebody in the Internet gets by HTTP. */
    public String getFromInternet(String url) {
        return internet("curl", "-gsS", "--max-time", "5", url).strip();
    }

    /** A web server in the Internet that says who asked. */
    public void serveInternet() {
        try {
            Path who = Files.createDirectories(directory.resolve("www/cgi-bin")).resolve("who");
            Files.writeString(who, """
                    #!/bin/sh
                    echo "Content-Type: text/plain"; echo; echo "$REMOTE_ADDR"
                    """);
            assertTrue(who.toFile().setExecutable(true));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        endLater(inInternet("busybox", "httpd", "-f", "-p", "0.0.0.0:80", "-h", directory + "/www"), "httpd.log");
        Await.within(
                PATIENCE,
                () -> "the Internet",
                () -> Command.run(Duration.ofSeconds(30), inInternet("curl", "-s", "http://127.0.0.1/cgi-bin/who"))
                        .output()
                        .contains("127.0.0.1"));
    }

    public String address(String container, String network) {
        return docker(
                "inspect", "-f", "{{(index .NetworkSettings.Networks \"" + network + "\").IPAddress}}", container);
    }

    /** The network namespace of a container. */
    public String sandbox(String container) {
        return docker("inspect", "-f", "{{.NetworkSettings.SandboxKey}}", container);
    }

    public String host(String... words) {
        return Command.expect(inHost(words));
    }

    public String internet(String... words) {
        return Command.expect(inInternet(words));
    }

    public CommandResult tryInternet(String... words) {
        return Command.run(Duration.ofSeconds(60), inInternet(words));
    }

    /** A process that goes on until the test ends, and what it says in a file of the lab's. */
    public Process endLater(List<String> words, String file) {
        try {
            Process process = Command.start(words, directory.resolve(file));
            processes.add(process);
            return process;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    public String said(String file) {
        try {
            return Files.readString(directory.resolve(file));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Of the miniature host. */
    public String hostNamespace() {
        return "/proc/" + host.pid() + "/ns/net";
    }

    /** Of a container that runs. */
    public String namespace(String container) {
        return "/proc/" + docker("inspect", "-f", "{{.State.Pid}}", container) + "/ns/net";
    }

    public List<String> inHost(String... words) {
        List<String> all = new ArrayList<>(List.of("nsenter", "-t", "" + host.pid(), "-n", "-m", "--wd=/"));
        all.addAll(List.of(words));
        return all;
    }

    private List<String> inInternet(String... words) {
        List<String> all = new ArrayList<>(List.of("nsenter", "-t", "" + internet.pid(), "-n"));
        all.addAll(List.of(words));
        return all;
    }

    private static Process start(String... words) throws IOException {
        return Command.start(List.of(words), Path.of("/dev/null"));
    }

    private String tail(String file) {
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
        // A test that ran out of time is interrupted: that, not its cleaning up.
        Thread.interrupted();
        try {
            if (dockerd != null && dockerd.isAlive()) {
                remove(tryDocker("ps", "-aq").output().lines().toList());
                stopDocker();
            }
            if (daemon != null) daemon.stop();
        } finally {
            endProcesses();
        }
    }

    private void endProcesses() {
        processes.forEach(Process::destroyForcibly);
        // containerd's shims, where dockerd was killed: what shares our mount namespace, and its children, the
        // containers.
        for (long pid : lab()) ProcessHandle.of(pid).ifPresent(DockerLab::kill);
        awaitEnd(host, 10);
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

    private List<Long> lab() {
        return Command.run("sh", "-c", """
                ours=$(readlink /proc/%d/ns/mnt) || exit 0
                for p in /proc/[0-9]*; do [ "$(readlink $p/ns/mnt 2>/dev/null)" = "$ours" ] && echo ${p#/proc/}; done; true
                """.formatted(host.pid()))
                .output()
                .lines()
                .map(Long::parseLong)
                .toList();
    }

    private static void awaitEnd(Process process, int seconds) {
        try {
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
