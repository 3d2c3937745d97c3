package dev.tapswitch.e2e.testbed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.tapswitch.control.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/** A daemon that runs from its jar, with the JVM options of the launcher, in a separate process and namespace. */
public final class RunningDaemon {
    private static final Path JAR =
            Path.of("..", "cli", "target", "tapswitch.jar").toAbsolutePath().normalize();
    private static final Pattern STACK_TRACE =
            Pattern.compile("(?m)^\\s+at [\\w.$/]+\\(|Exception in thread|hs_err_pid");
    private static final Duration START = Duration.ofMinutes(2);
    private static final String KILLED_ON_STOP = "did not end on SIGTERM and was killed\n";
    private static final String LAN = "/v1/switches/lan";

    private final Process process;
    /** The process that serves. A hand-over replaces it. */
    private ProcessHandle current;

    private final Path log;
    private final Path config;
    private final ApiClient api;
    /** The log, kept after the daemon has ended and its file is removed. */
    private String endedLog = "";

    private RunningDaemon(Process process, Path log, Path config, ApiClient api) {
        this.process = process;
        this.current = process.toHandle();
        this.log = log;
        this.config = config;
        this.api = api;
    }

    public static RunningDaemon start(String namespace, Path directory, String yaml) {
        return start(namespace, directory, yaml, List.of());
    }

    /** {@code environment}: assignments NAME=VALUE. */
    public static RunningDaemon start(String namespace, Path directory, String yaml, List<String> environment) {
        List<String> prefix = new ArrayList<>(TestNetwork.inNamespace(namespace, "env"));
        prefix.addAll(environment);
        return start(prefix, directory, yaml);
    }

    /** {@code prefix}: the command line that runs a command in the namespaces of the daemon. */
    public static RunningDaemon start(List<String> prefix, Path directory, String yaml) {
        try {
            Path config = Files.writeString(directory.resolve("tapswitch.yaml"), yaml);
            Path log = directory.resolve("daemon.log");
            List<String> command = new ArrayList<>(prefix);
            command.addAll(tapswitch("daemon", "--config", config.toString()));
            var daemon = new RunningDaemon(
                    Command.start(command, log), log, config, new ApiClient(directory.resolve("daemon.sock")));
            daemon.awaitReady(yaml);
            return daemon;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The command line that runs the jar with the JVM options of the launcher. */
    public static List<String> tapswitch(String... command) {
        assertTrue(Files.exists(JAR), JAR + " is missing: run mvn package");
        List<String> all = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + Path.of("..", "config", "daemon.jvm").toAbsolutePath().normalize()));
        all.addAll(AotCache.options());
        all.addAll(List.of("-jar", JAR.toString()));
        all.addAll(List.of(command));
        return all;
    }

    /** Runs the command line tool as a client of this daemon. */
    public CommandResult cli(String... command) {
        List<String> all = tapswitch(command);
        all.addAll(List.of("--socket", api.socket().toString()));
        return Command.run(Duration.ofMinutes(2), all);
    }

    private void awaitReady(String yaml) {
        Await.within(START, () -> "the daemon responds; its log:\n" + log(), () -> {
            if (!process.isAlive()) {
                Assumptions.assumeFalse(
                        yaml.contains("io: io_uring") && log().contains("io_uring"),
                        () -> "io_uring is not available: " + log());
                fail("the daemon has ended with exit code " + process.exitValue() + ":\n" + log() + "\n" + yaml);
            }
            try {
                return api.exchange("GET", "/v1/status", "").status() == 200;
            } catch (IOException e) {
                return false;
            }
        });
    }

    public void awaitPortsUp(int ports) {
        Await.within(
                Duration.ofMinutes(2),
                () -> ports + " ports up, not " + api.get("/v1/status") + "\n" + log(),
                () -> api.get("/v1/status").required("ports-up").asInt() >= ports);
    }

    public ApiClient api() {
        return api;
    }

    public long pid() {
        return current.pid();
    }

    public boolean isAlive() {
        return current.isAlive();
    }

    /** Hands over to a new process with {@code tapswitch restart}. */
    public void handOver() {
        CommandResult restarted = cli("restart");
        assertEquals(0, restarted.exitCode(), () -> restarted.output() + log());
        long pid = updatePid();
        assertEquals("the daemon now runs as pid " + pid, restarted.output().strip());
    }

    /** Asks the API for the process that serves: it may have changed in a hand-over whose result the test has not seen. */
    public long updatePid() {
        long pid = api.get("/v1/status").required("pid").asLong();
        current = ProcessHandle.of(pid).orElseThrow();
        return pid;
    }

    public String yaml() {
        try {
            return Files.readString(config);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    public Path config() {
        return config;
    }

    /** The whole log. */
    public String log() {
        try {
            return Files.exists(log) ? Files.readString(log) : endedLog;
        } catch (IOException e) {
            return endedLog + e;
        }
    }

    public Json port(String name) {
        return api.get(LAN + "/ports/" + name);
    }

    public String portState(String name) {
        return port(name).required("state").asString();
    }

    public void awaitPortState(String name, Duration limit, String... states) {
        Await.within(
                limit,
                () -> name + " is " + String.join(" or ", states) + ", not " + port(name) + "\n" + log(),
                () -> List.of(states).contains(portState(name)));
    }

    public Json macs() {
        return api.get(LAN + "/macs");
    }

    /** The port of a MAC table entry, or "" if there is none. */
    public String portOf(String mac) {
        for (Json entry : macs()) {
            if (entry.required("mac").asString().equalsIgnoreCase(mac))
                return entry.required("port").asString();
        }
        return "";
    }

    public Json neighbours() {
        return api.get(LAN + "/neighbours");
    }

    /** The MAC of a neighbour, or "" if there is none. */
    public String macOf(String address) {
        for (Json entry : neighbours()) {
            if (entry.required("address").asString().equals(address))
                return entry.required("mac").asString();
        }
        return "";
    }

    /** A counter of a port. {@code counter}: its name in the API, for example "rx-frames". */
    public long count(String port, String counter) {
        return statsOf(port).required(counter).asLong();
    }

    /** How many frames the port has dropped for a reason, for example "too-big". */
    public long drops(String port, String reason) {
        Json drops = statsOf(port).required("drops");
        return drops.path(reason).asLong();
    }

    private Json statsOf(String port) {
        for (Json entry : api.get(LAN + "/stats").required("ports")) {
            if (entry.required("name").asString().equals(port)) return entry;
        }
        throw new AssertionError("the switch has no port " + port);
    }

    /** Stops the daemon with SIGTERM; kills it after a minute. */
    public void stop() {
        if (current.isAlive()) {
            current.destroy();
            if (!hasEnded(60)) {
                current.destroyForcibly();
                hasEnded(30);
                endedLog = KILLED_ON_STOP;
            }
        }
        endedLog += log();
    }

    /** Kills the daemon with SIGKILL. */
    public void kill() {
        current.destroyForcibly();
        hasEnded(30);
        endedLog += log();
    }

    /** Waits for the end of a daemon that the test has killed by other means. */
    public void awaitEnd() {
        assertTrue(hasEnded(30), "the daemon still runs");
        endedLog += log();
    }

    private boolean hasEnded(int seconds) {
        try {
            current.onExit().get(seconds, TimeUnit.SECONDS);
            return true;
        } catch (InterruptedException e) {
            current.destroyForcibly();
            Thread.currentThread().interrupt();
            return true;
        } catch (TimeoutException | ExecutionException e) {
            return false;
        }
    }

    /** After {@link #stop}: the log has no stack trace and a bounded length, and the daemon has ended on SIGTERM. */
    public void assertLogIsSane() {
        assertTrue(!STACK_TRACE.matcher(endedLog).find(), () -> "the log has a stack trace:\n" + endedLog);
        assertTrue(!endedLog.startsWith(KILLED_ON_STOP), endedLog);
        assertTrue(endedLog.length() < 400_000, () -> "the log has " + endedLog.length() + " characters");
    }
}
