package dev.tapswitch.containers.firewall;

import dev.tapswitch.control.switches.ControlThread;
import dev.tapswitch.linux.process.CommandRun;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The result of a firewall command. The command runs with the limits of {@link CommandRun}, and other control work continues meanwhile: see
 * {@link ControlThread#forCommands}.
 *
 * @param exit the exit code; {@link #TIMED_OUT} if the command did not end in time, {@link #NOT_FOUND} if there is no such command
 * @param output standard output and standard error
 */
record HostCommand(int exit, String output) {
    static final int TIMED_OUT = CommandRun.TIMED_OUT;
    static final int NOT_FOUND = CommandRun.NOT_FOUND;

    private static final Duration LIMIT = Duration.ofSeconds(10);
    /** The limit for a program that has recently hung: a change runs many commands and must not wait for the full limit in each. */
    private static final Duration SHORT_LIMIT = Duration.ofSeconds(2);

    private static final long SUSPECT_NANOS = 60_000_000_000L;
    /** The time, by System.nanoTime(), when a program last did not end within its limit. */
    private static final Map<String, Long> HUNG_AT_NANOS = new ConcurrentHashMap<>();

    /** Runs a command to its end, for ten seconds at most. */
    static HostCommand run(String input, List<String> words) {
        String program = words.getFirst();
        Long hungAt = HUNG_AT_NANOS.get(program);
        boolean isSuspect = hungAt != null && System.nanoTime() - hungAt < SUSPECT_NANOS;
        Duration limit = isSuspect ? SHORT_LIMIT : LIMIT;
        CommandRun run = ControlThread.whileOthersGoOn(program, () -> CommandRun.run(words, input, limit));
        if (run.exit() == TIMED_OUT) HUNG_AT_NANOS.put(program, System.nanoTime());
        else HUNG_AT_NANOS.remove(program);
        return new HostCommand(run.exit(), run.output());
    }

    static HostCommand run(String... words) {
        return run("", List.of(words));
    }

    /** The first line of the output, for error messages. */
    String error() {
        return output.lines().filter(line -> !line.isBlank()).findFirst().orElse("exit code " + exit);
    }
}
