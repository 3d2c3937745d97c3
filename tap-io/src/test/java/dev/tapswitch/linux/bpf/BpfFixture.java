package dev.tapswitch.linux.bpf;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tapswitch.linux.process.CommandRun;
import dev.tapswitch.linux.process.TestCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Skips tests of BPF where the kernel does not permit it, mounts BPF file systems for tests, and runs commands with a time limit. */
public final class BpfFixture {
    private static final Duration TIMEOUT = Duration.ofMinutes(1);

    /** A BPF file system at a temporary directory, unmounted on close. */
    public record Mount(Path path) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            run("umount", path.toString());
            Files.delete(path);
        }
    }

    private BpfFixture() {}

    /** Skips the test, with the reason, if the kernel lacks or does not permit a feature that it needs. */
    public static void assume(BpfFeature... needed) {
        assumeTrue(System.getProperty("user.name").equals("root"), "needs root");
        BpfFeatures features = BpfFeatures.probe();
        for (BpfFeature each : needed) {
            assumeTrue(
                    features.has(each),
                    () -> each.meaning() + ": " + features.missing().get(each));
        }
    }

    public static Mount mount() throws IOException {
        Path path = Files.createTempDirectory("tapswitch-bpf-");
        run("mount", "-t", "bpf", "bpf", path.toString());
        return new Mount(path);
    }

    /** Returns the output of a command. Throws IllegalStateException if the command fails. */
    public static String run(String... command) {
        return TestCommand.run(TIMEOUT, command);
    }

    public static CommandRun tryRun(String... command) {
        return TestCommand.tryRun(TIMEOUT, command);
    }
}
