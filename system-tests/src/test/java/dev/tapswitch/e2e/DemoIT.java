package dev.tapswitch.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.e2e.testbed.Await;
import dev.tapswitch.e2e.testbed.TapswitchCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs the demo, to its end and interrupted, and checks that it leaves nothing behind. */
@Timeout(400)
class DemoIT {
    @TempDir
    private Path directory;

    @BeforeEach
    void check() {
        TapswitchCommand.assumeRootTunAndJar();
    }

    /** The namespaces and labs of demos. */
    private static Set<String> traces() {
        var traces = new TreeSet<String>();
        for (var folder : List.of(Path.of("/run/netns"), Path.of("/run/tapswitch/labs"))) {
            if (!Files.isDirectory(folder)) continue;
            try (var files = Files.list(folder)) {
                files.map(Path::toString).filter(name -> name.contains("/demo")).forEach(traces::add);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
        return traces;
    }

    @Test
    void theDemoShowsAllSectionsAndLeavesNothing() throws Exception {
        var before = traces();
        var ran = TapswitchCommand.run("demo", "--seconds", "1");
        assertEquals(0, ran.exitCode(), ran.out() + ran.err());
        assertEquals("", ran.err());
        for (var part : List.of("ARP", "who-has 198.18.0.2", "Hello carol", "dynamic", "static-elsewhere", "Done in "))
            assertTrue(ran.out().contains(part), part + " is missing in:\n" + ran.out());
        assertFalse(ran.out().contains("\u001b"), "no colours when not on a terminal");
        assertEquals(before, traces());
    }

    /** Simulates a machine on which only iproute2 is installed. */
    @Test
    void javaReplacesPingIfItIsNotInstalled() throws Exception {
        var before = traces();
        var tools = Files.createDirectory(directory.resolve("bin"));
        for (var tool : List.of("ip", "ss")) {
            for (var folder : List.of("/usr/sbin", "/usr/bin", "/sbin", "/bin")) {
                var file = Path.of(folder, tool);
                var here = tools.resolve(tool);
                if (!Files.exists(file) || Files.exists(here)) continue;
                Files.writeString(here, "#!/bin/sh\nexec " + file + " \"$@\"\n");
                assertTrue(here.toFile().setExecutable(true));
            }
        }
        var ran = TapswitchCommand.runWith(Map.of("PATH", tools.toString()), "demo", "--no-install", "--seconds", "1");
        assertEquals(0, ran.exitCode(), ran.out() + ran.err());
        for (var part :
                List.of("who-has 198.18.0.2", "198.18.0.2 is-at", "tapswitch echo", "static-elsewhere", "Done in "))
            assertTrue(ran.out().contains(part), part + " is missing in:\n" + ran.out());
        assertEquals(before, traces());
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void anInterruptedDemoCleansUp() throws Exception {
        var before = traces();
        var out = directory.resolve("out");
        var process = TapswitchCommand.start(out, directory.resolve("err"), "demo");
        // The lab is up, and the demo has just begun to use it.
        Await.within(Duration.ofMinutes(2), () -> read(out), () -> read(out).contains("alice pings bob"));
        assertNotEquals(before, traces());
        assertTrue(process.isAlive(), "the demo has ended too early");
        process.destroy();
        assertTrue(process.waitFor(180, TimeUnit.SECONDS));
        assertEquals(before, traces(), Files.readString(out));
    }
}
