package dev.tapswitch.containers.firewall;

import dev.tapswitch.control.switches.ControlThread;
import dev.tapswitch.linux.process.CommandRun;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A firewall command that has ended. It is run with {@link CommandRun}'s limits, and other control goes on meanwhile: see
 * {@link ControlThread#forCommands}.
 *
 * @param exit its exit code; 124 where it did not end in time, 127 where there is no such command
 * @param output what it wrote to both of its outputs
 */
record HostCommand(int exit, String output) {
    static final int TIMED_OUT = CommandRun.TIMED_OUT;
    static final int NOT_FOUND = CommandRun.NOT_FOUND;

    private static final Duration LIMIT = Duration.ofSeconds(10);
    /** For a program that has just hung: one change runs many commands, and must not wait for the full time in each. */
    private static final Duration SHORT_LIMIT = Duration.ofSeconds(2);

    private static final long SUSPECT_NANOS = 60_000_000_000L;
    /** By program: when it last failed to end. */
    private static final Map<String, Long> HUNG_AT_NANOS = new ConcurrentHashMap<>();

    /** Runs it to its end, ten seconds at most. */
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

    /** The first line that says something. */
    String complaint() {
        return output.lines().filter(line -> !line.isBlank()).findFirst().orElse("exit code " + exit);
    }
}
