package dev.tapswitch.e2e.testbed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** Runs the {@code tapswitch} command from its jar in a separate process, with the JVM options that the launcher uses for short commands. */
public final class TapswitchCommand {
    private static final Path JAR =
            Path.of("..", "cli", "target", "tapswitch.jar").toAbsolutePath().normalize();
    private static final long LIMIT_SECONDS = 120;

    /** The result of a command, with standard output and standard error kept apart. */
    public record Result(int exitCode, String out, String err) {}

    private TapswitchCommand() {}

    /** Skips the test where namespaces cannot be created or the jar is missing. */
    public static void assumeRootTunAndJar() {
        Assumptions.assumeTrue(
                "root".equals(System.getProperty("user.name")), "needs root, to create network namespaces");
        Assumptions.assumeTrue(Files.exists(Path.of("/dev/net/tun")), "needs /dev/net/tun");
        Assumptions.assumeTrue(Files.exists(JAR), "needs " + JAR + ": run mvn package");
    }

    public static Process start(Path out, Path err, String... arguments) throws IOException {
        return start(Map.of(), out, err, arguments);
    }

    private static Process start(Map<String, String> environment, Path out, Path err, String... arguments)
            throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:+UseSerialGC",
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1"));
        command.addAll(AotCache.options());
        command.addAll(List.of("-jar", JAR.toString()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().putAll(environment);
        return builder.start();
    }

    public static Result run(String... arguments) throws IOException, InterruptedException {
        return runWith(Map.of(), arguments);
    }

    /** {@code environment}: variables that are set in addition to those of this process. */
    public static Result runWith(Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        var out = Files.createTempFile("tapswitch-it-", ".out");
        var err = Files.createTempFile("tapswitch-it-", ".err");
        try {
            var process = start(environment, out, err, arguments);
            boolean ended = process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
            if (!ended) process.destroyForcibly().waitFor();
            int exitCode = ended ? process.exitValue() : Command.KILLED;
            return new Result(exitCode, Files.readString(out), Files.readString(err));
        } finally {
            Files.deleteIfExists(out);
            Files.deleteIfExists(err);
        }
    }
}
