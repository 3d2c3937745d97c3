package dev.tapswitch.linux.process;

import java.time.Duration;
import java.util.List;

/** Runs commands for tests. A command that does not end in time or does not exist fails the test. */
public final class TestCommand {
    private TestCommand() {}

    /** Returns stdout and stderr of a command that must succeed. */
    public static String run(Duration limit, String... command) {
        CommandRun result = tryRun(limit, command);
        if (result.exit() != 0) throw failed(result, command);
        return result.output();
    }

    /** Runs a command that may end with another exit code than 0. */
    public static CommandRun tryRun(Duration limit, String... command) {
        CommandRun result = CommandRun.run(List.of(command), "", limit);
        return switch (result.exit()) {
            case CommandRun.TIMED_OUT, CommandRun.FAILED, CommandRun.NOT_FOUND -> throw failed(result, command);
            default -> result;
        };
    }

    private static IllegalStateException failed(CommandRun result, String... command) {
        return new IllegalStateException(String.join(" ", command) + ": " + result.output());
    }
}
