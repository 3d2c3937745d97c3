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

/** The daemon as users run it: its jar, in a process and a namespace of its own. */
public final class RunningDaemon {
    private static final Path JAR =
            Path.of("..", "cli", "target", "tapswitch.jar").toAbsolutePath().normalize();
    private static final Pattern STACK_TRACE =
            Pattern.compile("(?m)^\\s+at [\\w.$/]+\\(|Exception in thread|hs_err_pid");
    private static final Duration START = Duration.ofMinutes(2);
    private static final String LAN = "/v1/switches/lan";

    private final Process process;
    /** The process that is the daemon now. */
    private ProcessHandle current;

    private final Path log;
    private final Path config;
    private final ApiClient api;
    private String said = "";

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

    /** {@code environment}: NAME=VALUE each. */
    public static RunningDaemon start(String namespace, Path directory, String yaml, List<String> environment) {
        List<String> inside = new ArrayList<>(TestNetwork.inside(namespace, "env"));
        inside.addAll(environment);
        return start(inside, directory, yaml);
    }

    /** {@code inside}: the words that run a command where the daemon should be. */
    public static RunningDaemon start(List<String> inside, Path directory, String yaml) {
        try {
            Path config = Files.writeString(directory.resolve("tapswitch.yaml"), yaml);
            Path log = directory.resolve("daemon.log");
            List<String> words = new ArrayList<>(inside);
            words.addAll(tapswitch("daemon", "--config", config.toString()));
            var daemon = new RunningDaemon(
                    Command.start(words, log), log, config, new ApiClient(directory.resolve("daemon.sock")));
            daemon.awaitReady(yaml);
            return daemon;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The words that run the jar as the launcher does. */
    public static List<String> tapswitch(String... words) {
        assertTrue(Files.exists(JAR), "build first: " + JAR);
        List<String> all = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + Path.of("..", "config", "daemon.jvm").toAbsolutePath().normalize()));
        all.addAll(AotCache.options());
        all.addAll(List.of("-jar", JAR.toString()));
        all.addAll(List.of(words));
        return all;
    }

    /** The command line tool, asking this daemon. */
    public CommandResult cli(String... words) {
        List<String> all = tapswitch(words);
        all.addAll(List.of("--socket", api.socket().toString()));
        return Command.run(Duration.ofMinutes(2), all);
    }

    private void awaitReady(String yaml) {
        Await.within(START, () -> "the daemon answers; it said:\n" + log(), () -> {
            if (!process.isAlive()) {
                Assumptions.assumeFalse(
                        yaml.contains("io: io_uring") && log().contains("io_uring"),
                        () -> "no io_uring here: " + log());
                fail("the daemon ended with " + process.exitValue() + ":\n" + log() + "\n" + yaml);
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

    /** By the command: the daemon is another process from now on. */
    public void handOver() {
        CommandResult restarted = cli("restart");
        assertEquals(0, restarted.exitCode(), () -> restarted.output() + log());
        long pid = findCurrent();
        assertEquals("the daemon now runs as pid " + pid, restarted.output().strip());
    }

    /** Asks who serves now, which a hand-over whose end was not seen may have changed. */
    public long findCurrent() {
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

    /** All it has logged. */
    public String log() {
        try {
            return Files.exists(log) ? Files.readString(log) : said;
        } catch (IOException e) {
            return said + e;
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

    /** The port of a MAC entry, or "" where there is none. */
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

    /** The MAC of a neighbour, or "" where there is none. */
    public String macOf(String address) {
        for (Json entry : neighbours()) {
            if (entry.required("address").asString().equals(address))
                return entry.required("mac").asString();
        }
        return "";
    }

    /** A counter of a port by its name in the API, for example "rx-frames". */
    public long count(String port, String counter) {
        return statsOf(port).required(counter).asLong();
    }

    public long drops(String port, String reason) {
        Json drops = statsOf(port).required("drops");
        return drops.path(reason).asLong();
    }

    private Json statsOf(String port) {
        for (Json entry : api.get(LAN + "/stats").required("ports")) {
            if (entry.required("name").asString().equals(port)) return entry;
        }
        throw new AssertionError("no port " + port);
    }

    public void stop() {
        if (current.isAlive()) {
            current.destroy();
            if (!hasEnded(60)) {
                current.destroyForcibly();
                hasEnded(30);
                said = "stopped only by force\n";
            }
        }
        said += log();
    }

    /** SIGKILL: it has no chance to say goodbye. */
    public void kill() {
        current.destroyForcibly();
        hasEnded(30);
        said += log();
    }

    /** Somebody else has killed it. */
    public void awaitEnd() {
        assertTrue(hasEnded(30), "it goes on");
        said += log();
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

    /** After stop: whatever frames came, no stack trace, no flood of lines, and it went when asked. */
    public void assertLogIsSane() {
        assertTrue(!STACK_TRACE.matcher(said).find(), () -> "a stack trace in the log:\n" + said);
        assertTrue(!said.startsWith("stopped only by force"), said);
        assertTrue(said.length() < 400_000, () -> "a log of " + said.length() + " characters");
    }
}
