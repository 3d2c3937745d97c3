package dev.tapswitch.cli.lab;

import dev.tapswitch.linux.process.CommandRun;
import java.time.Duration;
import java.util.List;

/** Runs host commands ({@code ip}). Labs run few of them, so the cost of a process does not matter. */
final class Commands {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private Commands() {}

    /** Runs a command and returns its output. Throws a LabException with the last line of the output if the command fails. */
    static String run(String... command) {
        var words = List.of(command);
        CommandRun run = CommandRun.run(words, "", LIMIT);
        String output = run.output().strip();
        if (run.exit() == 0) return output;
        String line = String.join(" ", words);
        throw new LabException(
                switch (run.exit()) {
                    case CommandRun.NOT_FOUND -> output + ": install it (Debian: apt-get install iproute2)";
                    case CommandRun.TIMED_OUT, CommandRun.FAILED -> "'" + line + "': " + output;
                    default ->
                        "'" + line + "' failed: "
                                + output.lines().reduce((first, last) -> last).orElse("exit code " + run.exit());
                });
    }
}
