package dev.tapswitch.linux.bpf;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tapswitch.linux.process.CommandRun;
import dev.tapswitch.linux.process.TestCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** What tests of BPF need: the permission, or a reason to skip; a BPF file system for a test; commands with a limit on time. */
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

    /** Skips the test, with the reason, where the kernel does not permit what it needs. */
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

    /** The output of a command; IllegalStateException where it fails. */
    public static String run(String... command) {
        return TestCommand.run(TIMEOUT, command);
    }

    public static CommandRun tryRun(String... command) {
        return TestCommand.tryRun(TIMEOUT, command);
    }
}
