package dev.tapswitch.linux.tap;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tapswitch.linux.netns.Namespace;
import dev.tapswitch.linux.process.TestCommand;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A network namespace that a test creates with `ip netns add` and removes on close. Runs `ip` in it. Skips the test unless it runs as root. */
public final class NetnsFixture implements AutoCloseable {
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    public final String name = "ts" + ProcessHandle.current().pid() + "x" + COUNT.incrementAndGet();

    public NetnsFixture() {
        assumeTrue(System.getProperty("user.name").equals("root"), "needs root");
        assumeTrue(Files.exists(Path.of("/dev/net/tun")), "needs /dev/net/tun");
        run("ip", "netns", "add", name);
    }

    public Namespace namespace() {
        return new Namespace.Named(name);
    }

    /** Runs `ip -n NAME -j ...`. Returns the output without blanks, so that a test can search for a key with its value. */
    String ipJson(String... arguments) {
        return ip(with("-j", arguments)).replaceAll("\\s+", "");
    }

    String ip(String... arguments) {
        List<String> command = new ArrayList<>(List.of("ip", "-n", name));
        command.addAll(List.of(arguments));
        return run(command.toArray(String[]::new));
    }

    boolean has(String device) {
        return ip("-br", "link").lines().anyMatch(line -> line.startsWith(device + " "));
    }

    public static String run(String... command) {
        return TestCommand.run(TIMEOUT, command);
    }

    private static String[] with(String first, String... rest) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(List.of(rest));
        return all.toArray(String[]::new);
    }

    @Override
    public void close() {
        delete();
    }

    /** Deletes the namespace, unless it is deleted already. */
    void delete() {
        if (Files.exists(Path.of("/run/netns", name))) run("ip", "netns", "del", name);
    }
}
