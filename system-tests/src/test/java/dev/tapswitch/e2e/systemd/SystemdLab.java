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

/** A machine in miniature: Debian's systemd as PID 1 over an overlay of this one's files, with the package at /opt/tapswitch.deb. */
public final class SystemdLab implements AutoCloseable {
    private static final Path SCRIPT = Path.of("src/test/resources/systemd/lab").toAbsolutePath();
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Path directory;

    private SystemdLab(Path directory) {
        this.directory = directory;
    }

    public static SystemdLab up() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root");
        assumeTrue(Files.exists(Path.of("/lib/systemd/systemd")), "needs systemd's files, which are not here");
        Path packageFile = DebianPackage.file();
        Path directory = Files.createTempDirectory("tapswitch-systemd-");
        Path opt = Files.createDirectories(directory.resolve("files/opt"));
        Files.copy(packageFile, opt.resolve("tapswitch.deb"));
        Path units = Files.createDirectories(directory.resolve("units"));
        Files.writeString(units.resolve("lab.target"), "[Unit]\nRequires=systemd-journald.service dbus.socket\n");
        SystemdLab lab = new SystemdLab(directory);
        CommandResult booted = Command.run(PATIENCE, List.of(SCRIPT.toString(), "up", directory.toString()));
        if (booted.exitCode() != 0) lab.close();
        assumeTrue(booted.exitCode() == 0, () -> "no systemd can be booted here: " + booted.output());
        // systemd leaves this to the one who started it where it is told that it is in a container.
        lab.expect("mount --make-rshared /");
        lab.expect("rm -f /usr/sbin/policy-rc.d");
        return lab;
    }

    /** Runs a line of shell in there. */
    public CommandResult run(String line) {
        return Command.run(PATIENCE, words(line));
    }

    /** What it said, having succeeded. */
    public String expect(String line) {
        CommandResult command = run(line);
        assertEquals(0, command.exitCode(), () -> line + ":\n" + command.output() + log());
        return command.output().strip();
    }

    /** Starts one that goes on; it ends with the lab. */
    public Process start(String line, Path output) throws IOException {
        return Command.start(words(line), output);
    }

    public String log() {
        return "\n" + run("journalctl -u tapswitch --no-pager | tail -n 30").output();
    }

    /** A property of the service, e.g. NRestarts. */
    public String property(String name) {
        return expect("systemctl show tapswitch --value -p " + name);
    }

    public void write(String path, String content) throws IOException {
        Path file = Files.writeString(directory.resolve("content"), content);
        Path root = Path.of(
                "/proc", Files.readString(directory.resolve("systemd.pid")).strip(), "root");
        Command.expect("cp", file.toString(), root + path);
    }

    public Path directory() {
        return directory;
    }

    private List<String> words(String line) {
        return new ArrayList<>(List.of(SCRIPT.toString(), "in", directory.toString(), "sh", "-c", line));
    }

    @Override
    public void close() throws IOException {
        // A test that ran out of time is interrupted: that, not its cleaning up.
        Thread.interrupted();
        Command.run(PATIENCE, List.of(SCRIPT.toString(), "down", directory.toString()));
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(file);
        }
    }
}
