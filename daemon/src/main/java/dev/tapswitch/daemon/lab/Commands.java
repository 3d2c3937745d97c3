package dev.tapswitch.daemon.lab;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs the system's own commands ({@code ip}), which is fast enough for what is done a few times per lab. */
final class Commands {
    private static final int SECONDS = 20;

    private Commands() {}

    /** What it printed; an exception with its last words when it failed. */
    static String run(String... command) {
        var words = List.of(command);
        try {
            var process = new ProcessBuilder(words)
                    .redirectErrorStream(true)
                    .redirectInput(new File("/dev/null"))
                    .start();
            var printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new LabException("'" + String.join(" ", words) + "' did not end within " + SECONDS + " s");
            }
            if (process.exitValue() != 0)
                throw new LabException("'" + String.join(" ", words) + "' failed: "
                        + printed.lines().reduce((first, last) -> last).orElse("exit " + process.exitValue()));
            return printed;
        } catch (IOException e) {
            throw new LabException("cannot run '" + words.getFirst() + "' (" + e.getMessage()
                    + "): install it (Debian: apt-get install iproute2)");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted while '" + String.join(" ", words) + "' ran");
        }
    }
}
