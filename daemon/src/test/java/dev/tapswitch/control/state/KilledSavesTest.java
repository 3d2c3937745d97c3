package dev.tapswitch.control.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.control.json.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process saves one number after the other and is killed: the file has the last acknowledged number or the next one. */
@Timeout(300)
class KilledSavesTest {
    private static final int ROUNDS = 5;

    @TempDir
    private Path directory;

    /** The process under test: saves numbers, and prints each after it is saved. */
    static final class Saving {
        private Saving() {}

        public static void main(String[] arguments) throws IOException {
            try (StateDirectory open = StateDirectory.open(Path.of(arguments[0]))) {
                JsonStore store = open.store("state.json");
                for (int number = load(store) + 1; ; number++) {
                    store.save(document(number));
                    System.out.println(number);
                }
            }
        }
    }

    @Test
    void aKillAtAnyMomentLeavesTheLastSave() throws IOException, InterruptedException {
        int seen = 0;
        for (int round = 0; round < ROUNDS; round++) {
            int saved = savedUntilKilled(seen + 20 + round);
            try (StateDirectory open = StateDirectory.open(directory)) {
                int loaded = load(open.store("state.json"));
                assertEquals(List.of(), open.problems());
                assertTrue(
                        loaded == saved || loaded == saved + 1,
                        () -> "loaded " + loaded + " although " + saved + " was the last number acknowledged");
                seen = loaded;
            }
        }
    }

    /** Kills the process after it has printed {@code enough}; returns the last number that it printed. */
    private int savedUntilKilled(int enough) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Saving.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        int saved = 0;
        try (BufferedReader lines = process.inputReader()) {
            while (saved < enough) saved = number(lines.readLine());
            // Process.destroyForcibly() would close the stream and discard the last numbers.
            process.toHandle().destroyForcibly();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) saved = number(line);
        } finally {
            process.destroyForcibly();
        }
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        return saved;
    }

    private static int number(String line) {
        assertNotNull(line, "the process ended by itself");
        return Integer.parseInt(line);
    }

    private static int load(JsonStore store) {
        return store.load(document -> document.required("number").asInt(), () -> 0);
    }

    /** A long document, so that a kill can interrupt the write. */
    private static Json document(int number) {
        Json document = Json.object().put("number", number);
        Json more = document.putArray("more");
        for (int i = 0; i < 2_000; i++) more.add("port " + number + " of many");
        return document;
    }
}
