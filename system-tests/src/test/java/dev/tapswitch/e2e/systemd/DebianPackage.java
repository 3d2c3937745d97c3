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

/** The Debian package of this build. It is built once for all tests that need it. */
public final class DebianPackage {
    private static final Path TOP = Path.of("..").toAbsolutePath().normalize();
    private static final Path TARGET = TOP.resolve("target");
    /** The files that the package is built from. */
    private static final List<Path> SOURCES = List.of(
            Path.of("../cli/target/tapswitch.jar"),
            TOP.resolve(".ci"),
            TOP.resolve("config"),
            TOP.resolve("CHANGELOG.md"));

    private DebianPackage() {}

    /** Builds the package if it is missing or older than its sources. Skips the test where it can't be built. */
    public static Path file() throws IOException {
        assumeTrue(
                Command.exists("dpkg-deb") && Command.exists("strip") && Command.exists("unzip"),
                "needs dpkg-deb, strip and unzip");
        Path found = newest();
        if (found != null && Files.getLastModifiedTime(found).compareTo(latestChange()) >= 0) return found;
        CommandResult built = Command.run(
                Duration.ofMinutes(10),
                List.of("env", "JAVA_HOME=" + System.getProperty("java.home"), TOP.resolve(".ci/package") + ""));
        assertEquals(0, built.exitCode(), built::output);
        return newest();
    }

    private static FileTime latestChange() throws IOException {
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
