package dev.tapswitch.control.state;

import dev.tapswitch.control.json.Json;
import dev.tapswitch.control.json.JsonException;
import dev.tapswitch.control.log.LogLevel;
import dev.tapswitch.control.switches.StateFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** Any bytes may be in a state file: it is loaded or reported as damaged, and the daemon starts either way. */
public final class StateFuzz {
    private static final Path DIRECTORY = Path.of(
            System.getProperty("java.io.tmpdir"),
            "tapswitch-fuzz-state-" + ProcessHandle.current().pid());

    static {
        // The daemon logs each damaged file.
        LogLevel.set("OFF");
    }

    private StateFuzz() {}

    /** Loads a document from a state directory. */
    @FunctionalInterface
    public interface Loader {
        Object load(StateDirectory directory) throws IOException;
    }

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        load("state.json", input, directory -> new StateFile(directory).load());
    }

    /** Loads the input from a directory with one file: unchanged and, if it is JSON, also in an envelope with the correct checksum. */
    public static void load(String name, byte[] input, Loader loader) throws IOException {
        Files.createDirectories(DIRECTORY);
        Path file = DIRECTORY.resolve(name);
        try {
            load(file, input, loader, null);
            byte[] sealed = sealed(input);
            if (sealed.length > 0) load(file, input, loader, sealed);
        } finally {
            Files.deleteIfExists(file);
            Files.deleteIfExists(DIRECTORY.resolve("lock"));
            Files.deleteIfExists(DIRECTORY);
        }
    }

    private static void load(Path file, byte[] input, Loader loader, byte[] sealed) throws IOException {
        Files.write(file, sealed == null ? input : sealed);
        try (StateDirectory directory = StateDirectory.openShared(DIRECTORY)) {
            Objects.requireNonNull(loader.load(directory));
            for (String problem : directory.problems())
                if (problem.lines().count() != 1) throw new AssertionError("more than one line: " + problem);
        }
    }

    private static byte[] sealed(byte[] input) {
        try {
            return Envelope.seal(Json.parse(new String(input, StandardCharsets.UTF_8)));
        } catch (JsonException e) {
            return new byte[0];
        }
    }
}
