package dev.tapswitch.linux.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The limits hold whatever a command does. */
@Timeout(60)
class CommandRunTest {
    private static final Duration LONG = Duration.ofSeconds(50);
    private static final Duration SHORT = Duration.ofMillis(300);

    private static CommandRun sh(Duration limit, String input, String script) {
        return CommandRun.run(List.of("sh", "-c", script), input, limit);
    }

    @Test
    void theResultHasBothOutputsAndTheExitCode() {
        CommandRun run = sh(LONG, "", "echo out; echo error >&2; exit 3");
        assertEquals(3, run.exit());
        assertEquals("out\nerror\n", run.output());
    }

    @Test
    void inputIsWrittenWhileOutputIsRead() {
        String much = "a line of text\n".repeat(100_000);
        CommandRun run = CommandRun.run(List.of("cat"), much, LONG);
        assertEquals(0, run.exit());
        assertEquals(much, run.output());
    }

    @Test
    void aCommandThatDoesNotExistIsNotFound() {
        CommandRun run = CommandRun.run(List.of("tapswitch-no-such-command"), "", LONG);
        assertEquals(CommandRun.NOT_FOUND, run.exit());
        assertTrue(run.output().startsWith("tapswitch-no-such-command can't be run"), run.output());
    }

    @Test
    void aCommandThatDoesNotEndIsKilled() {
        CommandRun run = sh(SHORT, "", "exec sleep 1000");
        assertEquals(CommandRun.TIMED_OUT, run.exit());
        assertEquals("sh did not end within 0.3 s and was killed", run.output());
    }

    @Test
    void theChildrenOfACommandAreKilledWithIt() {
        CommandRun run = sh(SHORT, "", "sleep 31.4159 & sleep 31.4159");
        assertEquals(CommandRun.TIMED_OUT, run.exit());
        assertFalse(
                ProcessHandle.current()
                        .descendants()
                        .filter(ProcessHandle::isAlive)
                        .flatMap(process -> process.info().arguments().stream())
                        .anyMatch(arguments -> List.of(arguments).contains("31.4159")),
                "a child is left");
    }

    @Test
    void aCommandThatReadsNothingDoesNotBlockTheCaller() {
        CommandRun run = sh(SHORT, "x".repeat(1 << 20), "exec sleep 1000");
        assertEquals(CommandRun.TIMED_OUT, run.exit());
    }

    @Test
    void aCommandThatWritesTooMuchIsKilled() {
        CommandRun run = sh(LONG, "", "yes");
        assertEquals(CommandRun.FAILED, run.exit());
        assertEquals("sh wrote more than 4 MiB and was killed", run.output());
    }

    @Test
    void aChildThatKeepsTheOutputOpenDoesNotDelayTheResult() {
        long began = System.nanoTime();
        CommandRun run = sh(LONG, "", "sleep 45 & echo done");
        assertEquals(0, run.exit());
        assertEquals("done\n", run.output());
        assertTrue(System.nanoTime() - began < 30_000_000_000L, "the run waited for the child");
    }
}
