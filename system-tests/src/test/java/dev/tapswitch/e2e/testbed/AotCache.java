package dev.tapswitch.e2e.testbed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The classes of the jar, loaded and linked once, as the launcher has them: without it each of the tests' JVMs starts at twice the cost. */
public final class AotCache {
    private static final Path JAR =
            Path.of("../cli/target/tapswitch.jar").toAbsolutePath().normalize();
    private static final Path FILE = Path.of("target/tests.aot").toAbsolutePath();
    private static final List<String> OPTIONS = make();

    private AotCache() {}

    /** For the JVM; none where no cache could be made. */
    public static List<String> options() {
        return OPTIONS;
    }

    private static List<String> make() {
        try {
            if (!isNew()) {
                List<String> words = new ArrayList<>(List.of(
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
                    words.addAll(0, List.of("unshare", "-n"));
                    words.add("--ports");
                }
                Command.run(Duration.ofMinutes(2), words);
                Files.deleteIfExists(Path.of(FILE + ".config"));
            }
            return isNew() ? List.of("-Xlog:disable", "-Xlog:all=error:stderr", "-XX:AOTCache=" + FILE) : List.of();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean isNew() throws IOException {
        return Files.exists(FILE) && Files.getLastModifiedTime(FILE).compareTo(Files.getLastModifiedTime(JAR)) > 0;
    }
}
