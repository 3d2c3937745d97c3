package dev.tapswitch.fuzz;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs each target for a few seconds; {@code ./tapswitch fuzz} runs them longer. */
@Timeout(500)
class FuzzIT {
    private static final Duration TIME = Duration.ofSeconds(3);

    @ParameterizedTest
    @EnumSource(FuzzTarget.class)
    void aShortRunFindsNothing(FuzzTarget target) throws IOException, InterruptedException {
        FuzzRun run = new FuzzRun(target, Path.of("corpus"), Path.of("target", "work"));
        assumeTrue(run.isPossible(), "needs user namespaces (unshare --user)");
        FuzzRun.Outcome outcome = run.run(TIME);
        String summary = Fuzz.summary(outcome.log());
        assertTrue(outcome.isClean(), () -> target.key() + ", see " + outcome.log() + ":\n" + summary);
        assertTrue(outcome.inputs() > 0, () -> "no input was tried, see " + outcome.log());
    }
}
