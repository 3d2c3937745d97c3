package dev.tapswitch.e2e.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tapswitch.e2e.testbed.Command;
import dev.tapswitch.e2e.testbed.CommandResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A simulated machine: Debian's systemd as PID 1, on an overlay of this machine's files, with the package at /opt/tapswitch.deb. */
public final class SystemdLab implements AutoCloseable {
    private static final Path SCRIPT = Path.of("src/test/resources/systemd/lab").toAbsolutePath();
    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    private final Path directory;

    private SystemdLab(Path directory) {
        this.directory = directory;
    }

    public static SystemdLab up() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root");
        assumeTrue(Files.exists(Path.of("/lib/systemd/systemd")), "needs systemd");
        Path packageFile = DebianPackage.file();
        Path directory = Files.createTempDirectory("tapswitch-systemd-");
        Path opt = Files.createDirectories(directory.resolve("files/opt"));
        Files.copy(packageFile, opt.resolve("tapswitch.deb"));
        Path units = Files.createDirectories(directory.resolve("units"));
        Files.writeString(units.resolve("lab.target"), "[Unit]\nRequires=systemd-journald.service dbus.socket\n");
        SystemdLab lab = new SystemdLab(directory);
        CommandResult booted = Command.run(TIMEOUT, List.of(SCRIPT.toString(), "up", directory.toString()));
        if (booted.exitCode() != 0) lab.close();
        assumeTrue(booted.exitCode() == 0, () -> "systemd can't be booted here: " + booted.output());
        // With container=lab, systemd expects the container manager to have made / shared.
        lab.expect("mount --make-rshared /");
        lab.expect("rm -f /usr/sbin/policy-rc.d");
        return lab;
    }

    /** Runs a line of shell on the machine. */
    public CommandResult run(String line) {
        return Command.run(TIMEOUT, command(line));
    }

    /** Runs a line of shell that must succeed, and returns its output. */
    public String expect(String line) {
        CommandResult result = run(line);
        assertEquals(0, result.exitCode(), () -> line + ":\n" + result.output() + log());
        return result.output().strip();
    }

    /** Starts a process that runs until the machine is powered off. */
    public Process start(String line, Path output) throws IOException {
        return Command.start(command(line), output);
    }

    /** The last lines of the service's journal. */
    public String log() {
        return "\n" + run("journalctl -u tapswitch --no-pager | tail -n 30").output();
    }

    /** A property of the service, for example NRestarts. */
    public String property(String name) {
        return expect("systemctl show tapswitch --value -p " + name);
    }

    /** Writes a file on the machine. */
    public void write(String path, String content) throws IOException {
        Path file = Files.writeString(directory.resolve("content"), content);
        Path root = Path.of(
                "/proc", Files.readString(directory.resolve("systemd.pid")).strip(), "root");
        Command.expect("cp", file.toString(), root + path);
    }

    public Path directory() {
        return directory;
    }

    private List<String> command(String line) {
        return new ArrayList<>(List.of(SCRIPT.toString(), "in", directory.toString(), "sh", "-c", line));
    }

    @Override
    public void close() throws IOException {
        // JUnit interrupts a test that has exceeded its time limit; the interrupt must not stop the clean-up.
        Thread.interrupted();
        Command.run(TIMEOUT, List.of(SCRIPT.toString(), "down", directory.toString()));
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(file);
        }
    }
}
