package dev.tapswitch.linux.bpf;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What tests of BPF need: the permission, or a reason to skip; a BPF file system for a test; commands with a limit on time. */
public final class BpfFixture {
    private static final int TIMEOUT_SECONDS = 60;

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
        Result result = tryRun(command);
        if (result.status() != 0) throw new IllegalStateException(List.of(command) + ": " + result.output());
        return result.output();
    }

    public record Result(int status, String output) {}

    public static Result tryRun(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException(List.of(command) + " takes too long");
            }
            return new Result(process.exitValue(), output);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
