package dev.tapswitch.e2e.chaos;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Runs random actions on one scenario until the time is over. Only the seed and the model determine each action, so the same seed gives the same sequence.
 * Each action has a separate random generator.
 */
final class ChaosRun {
    private static final int ACTIONS_PER_CHECK = 25;
    /** The run ends after so many findings. */
    private static final int MAX_FINDINGS = 40;

    private final ChaosScenario scenario;
    private final long seed;
    private final Duration time;
    private final PrintStream log;
    private final Map<String, Integer> done = new TreeMap<>();
    private final List<String> findings = new ArrayList<>();
    private List<String> measurements = List.of();
    private String current = "start";
    private int actions;
    private int checks;

    ChaosRun(ChaosScenario scenario, long seed, Duration time, Path directory) {
        this.scenario = scenario;
        this.seed = seed;
        this.time = time;
        try {
            Files.createDirectories(directory);
            log = new PrintStream(Files.newOutputStream(directory.resolve(scenario.name() + ".actions")), true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void run() {
        long end = System.nanoTime() + time.toNanos();
        check();
        while (System.nanoTime() < end && findings.size() < MAX_FINDINGS) {
            act(actions++);
            if (actions % ACTIONS_PER_CHECK == 0) check();
        }
        check();
        current = "end";
        attempt("end", () -> scenario.end(this::found));
        measurements = scenario.measurements();
        log.close();
    }

    private void act(int number) {
        // Random gives similar first numbers for adjacent seeds, so the seed is mixed.
        Random random = new Random(new SplittableRandom(seed * 1_000_003 + number).nextLong());
        ChaosAction action = choose(random);
        current = "action " + number + ", " + action.name();
        done.merge(action.name(), 1, Integer::sum);
        long start = System.nanoTime();
        attempt(action.name(), () -> {
            String what = action.step().run(random);
            log.printf("%5d %-22s %6d ms  %s%n", number, action.name(), (System.nanoTime() - start) / 1_000_000, what);
        });
    }

    private ChaosAction choose(Random random) {
        List<ChaosAction> possible = scenario.actions().stream()
                .filter(each -> each.isPossible().getAsBoolean())
                .toList();
        int left =
                random.nextInt(possible.stream().mapToInt(ChaosAction::weight).sum());
        for (ChaosAction action : possible) {
            left -= action.weight();
            if (left < 0) return action;
        }
        throw new AssertionError("no action was chosen");
    }

    private void check() {
        checks++;
        current = "check after " + actions + " actions";
        int before = findings.size();
        attempt("check", () -> scenario.check(this::found));
        log.printf("      check %d: %d findings%n", checks, findings.size() - before);
    }

    private interface Attempt {
        void run() throws Exception;
    }

    private void attempt(String what, Attempt attempt) {
        try {
            attempt.run();
        } catch (Exception | AssertionError e) {
            found(what + ": " + e.getMessage());
            e.printStackTrace(log);
            try {
                scenario.revive();
            } catch (Exception | AssertionError again) {
                found("the daemon cannot be started again: " + again.getMessage());
            }
        }
    }

    private void found(String finding) {
        String text = "[" + scenario.name() + ", " + current + "] " + finding;
        findings.add(text);
        log.println("FOUND " + text);
        System.out.println("chaos: " + shortened(text));
    }

    private static String shortened(String text) {
        return text.length() > 5_000 ? text.substring(0, 5_000) + " ..." : text;
    }

    List<String> findings() {
        return findings;
    }

    /** The numbers of actions, the measurements and the findings. */
    String report() {
        var text = new StringBuilder("%s: %d actions, %d checks, %d findings%n"
                .formatted(scenario.name(), actions, checks, findings.size()));
        done.forEach((name, count) -> text.append("  %-24s %5d%n".formatted(name, count)));
        measurements.forEach(line -> text.append("  ").append(line).append('\n'));
        findings.forEach(
                finding -> text.append("  FOUND ").append(shortened(finding)).append('\n'));
        return text.toString();
    }
}
