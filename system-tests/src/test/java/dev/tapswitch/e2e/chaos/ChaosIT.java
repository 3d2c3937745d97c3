package dev.tapswitch.e2e.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

/**
 * Random container life cycles for {@code -Dchaos.time}, with the seed {@code -Dchaos.seed}. {@code ./tapswitch test --chaos} runs them; the ordinary suite
 * does not. The actions, the logs of the daemons and the report are in target/chaos.
 */
@Tag("chaos")
class ChaosIT {
    private static final Path OUT = Path.of("target", "chaos");

    @Test
    void randomContainerLifeCyclesLeaveNothingBehindAndEveryStationReachable()
            throws IOException, InterruptedException {
        long seed = Long.getLong("chaos.seed", System.nanoTime() & 0xFFFF_FFFFL);
        Duration time = duration(System.getProperty("chaos.time", "1h"));
        Set<String> scenarios =
                Set.of(System.getProperty("chaos.scenarios", "lan,docker").split(","));
        System.out.println("chaos: seed " + seed + ", " + time);
        List<ChaosRun> runs = Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        List<String> failures = Collections.synchronizedList(new ArrayList<>());
        List<String> skipped = Collections.synchronizedList(new ArrayList<>());
        if (scenarios.contains("lan")) threads.add(start("lan", LanScenario::new, seed, time, runs, failures, skipped));
        if (scenarios.contains("docker"))
            threads.add(start("docker", DockerScenario::new, seed, time, runs, failures, skipped));
        for (Thread thread : threads) thread.join();
        var report = new StringBuilder("chaos: seed %d, %s%n%s".formatted(seed, time, String.join("", skipped)));
        runs.forEach(run -> report.append(run.report()));
        Files.writeString(OUT.resolve("report.txt"), report);
        System.out.print(report);
        runs.forEach(run -> failures.addAll(run.findings()));
        assertEquals(List.of(), failures);
        assumeFalse(runs.isEmpty(), () -> "no scenario can run here: " + skipped);
    }

    private static Thread start(
            String name,
            Function<Long, ChaosScenario> constructor,
            long seed,
            Duration time,
            List<ChaosRun> runs,
            List<String> failures,
            List<String> skipped) {
        return Thread.ofPlatform().name("chaos-" + name).start(() -> {
            try (ChaosScenario scenario = constructor.apply(seed)) {
                ChaosRun run = new ChaosRun(scenario, seed, time, OUT);
                runs.add(run);
                run.run();
            } catch (TestAbortedException e) {
                skipped.add(name + ": skipped: " + e.getMessage() + "\n");
            } catch (RuntimeException | AssertionError e) {
                failures.add(name + ": " + e);
            }
        });
    }

    /** For example 90s, 20m, 1h. */
    private static Duration duration(String text) {
        return Duration.parse("PT" + text.toUpperCase(Locale.ROOT));
    }
}
