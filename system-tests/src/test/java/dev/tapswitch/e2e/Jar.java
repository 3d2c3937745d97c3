package dev.tapswitch.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** The command as users run it: its jar, in a process of its own. */
final class Jar {
    private static final Path FILE =
            Path.of("..", "cli", "target", "tapswitch.jar").toAbsolutePath().normalize();
    private static final long LIMIT_SECONDS = 120;

    private Jar() {}

    static void needsRootAndTun() {
        Assumptions.assumeTrue(
                "root".equals(System.getProperty("user.name")), "needs root, to make network namespaces");
        Assumptions.assumeTrue(Files.exists(Path.of("/dev/net/tun")), "needs /dev/net/tun");
        Assumptions.assumeTrue(Files.exists(FILE), "needs " + FILE + ": mvn package");
    }

    static Process start(Path out, Path err, String... arguments) throws IOException {
        return start(Map.of(), out, err, arguments);
    }

    private static Process start(Map<String, String> environment, Path out, Path err, String... arguments)
            throws IOException {
        var words = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+UseSerialGC",
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1"));
        words.addAll(AotCache.flags());
        words.addAll(List.of("-jar", FILE.toString()));
        words.addAll(List.of(arguments));
        var builder = new ProcessBuilder(words)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().putAll(environment);
        return builder.start();
    }

    static Ran run(String... arguments) throws IOException, InterruptedException {
        return runWith(Map.of(), arguments);
    }

    static Ran runWith(Map<String, String> environment, String... arguments) throws IOException, InterruptedException {
        var out = Files.createTempFile("tapswitch-it-", ".out");
        var err = Files.createTempFile("tapswitch-it-", ".err");
        try {
            var process = start(environment, out, err, arguments);
            boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
            if (!ended) process.destroyForcibly().waitFor();
            return new Ran(ended ? process.exitValue() : 137, Files.readString(out), Files.readString(err));
        } finally {
            Files.deleteIfExists(out);
            Files.deleteIfExists(err);
        }
    }
}
