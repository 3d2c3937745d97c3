package dev.tapswitch.e2e.testbed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** An AOT cache with the classes of the jar, like the one that the launcher uses. It halves the start-up time of the JVMs that the tests start. */
public final class AotCache {
    private static final Path JAR =
            Path.of("../cli/target/tapswitch.jar").toAbsolutePath().normalize();
    private static final Path FILE = Path.of("target/tests.aot").toAbsolutePath();
    private static final List<String> OPTIONS = create();

    private AotCache() {}

    /** JVM options; none if the cache could not be created. */
    public static List<String> options() {
        return OPTIONS;
    }

    private static List<String> create() {
        try {
            if (!isUpToDate()) {
                List<String> command = new ArrayList<>(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-XX:+UseSerialGC",
                        "-XX:AOTCacheOutput=" + FILE,
                        "-jar",
                        JAR.toString(),
                        "warm-up"));
                boolean isIsolated = Command.run("unshare", "-n", "true").exitCode() == 0;
                if (isIsolated) {
                    command.addAll(0, List.of("unshare", "-n"));
                    command.add("--ports");
                }
                Command.run(Duration.ofMinutes(2), command);
                Files.deleteIfExists(Path.of(FILE + ".config"));
            }
            return isUpToDate()
                    ? List.of("-Xlog:disable", "-Xlog:all=error:stderr", "-XX:AOTCache=" + FILE)
                    : List.of();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isUpToDate() throws IOException {
        return Files.exists(FILE) && Files.getLastModifiedTime(FILE).compareTo(Files.getLastModifiedTime(JAR)) > 0;
    }
}
