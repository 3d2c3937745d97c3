package dev.tapswitch.e2e.systemd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tapswitch.e2e.testbed.Command;
import dev.tapswitch.e2e.testbed.CommandResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The package of this build, made once for all tests that need it. */
public final class DebianPackage {
    private static final Path TOP = Path.of("..").toAbsolutePath().normalize();
    private static final Path TARGET = TOP.resolve("target");
    /** What it is made of. */
    private static final List<Path> SOURCES = List.of(
            Path.of("../cli/target/tapswitch.jar"),
            TOP.resolve(".ci"),
            TOP.resolve("config"),
            TOP.resolve("CHANGELOG.md"));

    private DebianPackage() {}

    /** Made when it is missing or older than what it is made of; the test is skipped where it can't be. */
    public static Path file() throws IOException {
        assumeTrue(
                Command.exists("dpkg-deb") && Command.exists("strip") && Command.exists("unzip"),
                "needs Debian's tools");
        Path found = newest();
        if (found != null && Files.getLastModifiedTime(found).compareTo(changed()) >= 0) return found;
        CommandResult made = Command.run(
                Duration.ofMinutes(10),
                List.of("env", "JAVA_HOME=" + System.getProperty("java.home"), TOP.resolve(".ci/package") + ""));
        assertEquals(0, made.exitCode(), made::output);
        return newest();
    }

    private static FileTime changed() throws IOException {
        FileTime latest = FileTime.fromMillis(0);
        for (Path source : SOURCES) {
            try (Stream<Path> files = Files.walk(source)) {
                for (Path file : files.toList()) {
                    FileTime time = Files.getLastModifiedTime(file);
                    if (time.compareTo(latest) > 0) latest = time;
                }
            }
        }
        return latest;
    }

    private static Path newest() throws IOException {
        if (!Files.isDirectory(TARGET)) return null;
        try (Stream<Path> files = Files.list(TARGET)) {
            return files.filter(file -> file.getFileName().toString().matches("tapswitch_.*\\.deb"))
                    .max(Comparator.comparing(Path::toString))
                    .orElse(null);
        }
    }
}
