package dev.tapswitch.cli.lab;

import dev.tapswitch.linux.process.CommandRun;
import java.time.Duration;
import java.util.List;

/** Runs the system's own commands ({@code ip}), which is fast enough for what is done a few times per lab. */
final class Commands {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private Commands() {}

    /** What it printed; an exception with its last words when it failed. */
    static String run(String... command) {
        var words = List.of(command);
        CommandRun run = CommandRun.run(words, "", LIMIT);
        String printed = run.output().strip();
        if (run.exit() == 0) return printed;
        String line = String.join(" ", words);
        throw new LabException(
                switch (run.exit()) {
                    case CommandRun.NOT_FOUND -> printed + ": install it (Debian: apt-get install iproute2)";
                    case CommandRun.TIMED_OUT, CommandRun.FAILED -> "'" + line + "': " + printed;
                    default ->
                        "'" + line + "' failed: "
                                + printed.lines().reduce((first, last) -> last).orElse("exit " + run.exit());
                });
    }
}
