package dev.tapswitch.fuzz;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The command {@code tapswitch fuzz [TARGET...] [--time 1h] [--list]}: runs fuzz targets one after the other. */
public final class Fuzz {
    private static final Duration DEFAULT_TIME = Duration.ofMinutes(1);
    private static final String USAGE = """
            usage: tapswitch fuzz [TARGET...] [--time 1h] [--list]
            Runs the given fuzz targets, or all of them, one after the other.
              --time TIME  the time for each target, such as 30s, 10m or 1h (default: 1m)
              --list       lists the targets
            Writes inputs that reach new code to fuzz/target/work/TARGET/corpus, and findings to .../findings.
            Exits with 0 if there is no finding, 1 if there is one, and 2 if the command is wrong.""";

    private Fuzz() {}

    /** {@code arguments}: the directory of the module, then the arguments of the command. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path module = Path.of(arguments[0]);
        List<FuzzTarget> targets = new ArrayList<>();
        Duration time = DEFAULT_TIME;
        for (int i = 1; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--list" -> {
                    for (FuzzTarget target : FuzzTarget.values())
                        System.out.printf("%-14s %s%n", target.key(), target.description());
                    return;
                }
                case "--time" -> time = duration(++i < arguments.length ? arguments[i] : "");
                case "-h", "--help" -> {
                    System.out.println(USAGE);
                    return;
                }
                default -> targets.add(target(arguments[i]));
            }
        }
        if (targets.isEmpty()) targets.addAll(List.of(FuzzTarget.values()));
        System.exit(run(targets, time, module) ? 0 : 1);
    }

    private static boolean run(List<FuzzTarget> targets, Duration time, Path module)
            throws IOException, InterruptedException {
        boolean isClean = true;
        for (FuzzTarget target : targets) {
            FuzzRun run = new FuzzRun(target, module.resolve("corpus"), module.resolve("target/work"));
            if (!run.isPossible()) {
                System.out.printf(
                        "%-14s skipped: this machine does not permit user namespaces (unshare --user)%n", target.key());
                continue;
            }
            FuzzRun.Outcome outcome = run.run(time);
            isClean &= outcome.isClean();
            if (outcome.isClean()) System.out.printf("%-14s %,d inputs, no finding%n", target.key(), outcome.inputs());
            else {
                System.out.printf("%-14s finding, see %s:%n%s%n", target.key(), outcome.log(), summary(outcome.log()));
                outcome.findings().forEach(file -> System.out.println("  " + file));
            }
        }
        return isClean;
    }

    /** The exception and its stack trace in a log of Jazzer, which precedes it with a line "== ...". */
    static String summary(Path log) throws IOException {
        List<String> lines = Files.readAllLines(log, StandardCharsets.ISO_8859_1);
        int from = 0;
        for (int i = 0; i < lines.size(); i++) if (lines.get(i).startsWith("== ")) from = i;
        return String.join("\n", lines.subList(from, Math.min(lines.size(), from + 12)));
    }

    private static FuzzTarget target(String key) {
        for (FuzzTarget target : FuzzTarget.values()) if (target.key().equals(key)) return target;
        throw fail("unknown target \"" + key + "\"; expected one of "
                + String.join(
                        ", ",
                        Arrays.stream(FuzzTarget.values()).map(FuzzTarget::key).toList()));
    }

    private static Duration duration(String text) {
        try {
            return Duration.parse("PT" + text.toUpperCase(Locale.ROOT));
        } catch (DateTimeParseException e) {
            throw fail("--time \"" + text + "\": expected a time such as 30s, 10m or 1h");
        }
    }

    private static AssertionError fail(String message) {
        System.err.println("tapswitch: " + message);
        System.exit(2);
        return new AssertionError(message);
    }
}
