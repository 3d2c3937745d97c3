package dev.tapswitch.benchmarks.e2e;

import dev.tapswitch.benchmarks.e2e.measure.Measurement;
import dev.tapswitch.benchmarks.e2e.report.HtmlReport;
import dev.tapswitch.benchmarks.e2e.report.JsonReport;
import dev.tapswitch.benchmarks.e2e.report.Machine;
import dev.tapswitch.benchmarks.e2e.report.MarkdownReport;
import dev.tapswitch.benchmarks.e2e.report.Results;
import dev.tapswitch.benchmarks.e2e.report.Run;
import dev.tapswitch.benchmarks.e2e.system.SystemUnderTest;
import dev.tapswitch.benchmarks.e2e.system.Systems;
import dev.tapswitch.benchmarks.e2e.testbed.BenchException;
import dev.tapswitch.benchmarks.e2e.testbed.Testbed;
import dev.tapswitch.benchmarks.e2e.testbed.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ./tapswitch bench}: measures the switch and its peers side by side and writes a report. Exit codes: 0 success, 1 failure, 2 wrong usage. */
@Command(
        name = "tapswitch bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Measures Tapswitch, its peers and the floor of this machine side by side, in separate namespaces, and writes a report.",
        footer = {
            "",
            "Examples:",
            "  sudo ./tapswitch bench --quick",
            "  sudo ./tapswitch bench --only frames,tcp-1 --systems tapswitch-epoll,bridge,floor-epoll"
        })
public final class Bench implements Callable<Integer> {
    @Option(
            names = "--quick",
            description = "Only the most important measurements, with shorter durations: about 5 minutes.")
    private boolean quick;

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "NAME",
            description = "Runs only these measurements; see --list.")
    private List<String> only = List.of();

    @Option(
            names = "--systems",
            split = ",",
            paramLabel = "NAME",
            description = "Measures only these systems; see --list.")
    private List<String> wanted = List.of();

    @Option(names = "--rounds", description = "The number of rounds (default: 5, with --quick 3).")
    private Integer rounds;

    @Option(
            names = "--minutes",
            description = "Starts no round that would end after this time (default: 90, with --quick 8).")
    private Integer minutes;

    @Option(
            names = "--output",
            paramLabel = "DIR",
            description = "The directory for the report (default: benchmarks/out).")
    private Path output;

    @Option(names = "--list", description = "Lists the measurements and the systems, and exits.")
    private boolean list;

    @Option(names = "--launcher", hidden = true, required = true, description = "The script that starts the daemon.")
    private Path launcher;

    private String arguments = "";

    public static void main(String[] arguments) {
        var bench = new Bench();
        bench.arguments = String.join(" ", arguments).replaceAll("--launcher[= ]\\S+ ?", "");
        System.exit(new CommandLine(bench).execute(arguments));
    }

    @Override
    public Integer call() {
        try {
            if (!list) return measure();
            System.out.println("measurements: " + String.join(" ", ids()));
            System.out.println("systems:      "
                    + String.join(
                            " ",
                            Systems.all(null, launcher).stream()
                                    .map(SystemUnderTest::id)
                                    .toList()));
            return 0;
        } catch (BenchException | IOException e) {
            System.err.println("tapswitch bench: " + e.getMessage());
            return 1;
        }
    }

    private int measure() throws IOException {
        Instant start = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        Map<String, String> machine = Machine.describe();
        var results = new Results();
        if (output == null) output = launcher.resolveSibling("benchmarks/out");
        Files.createDirectories(output);
        var testbed = new Testbed();
        var cleaner = new Thread(testbed::close);
        // Ctrl-C: processes end with this process's PID namespace; files are deleted here.
        Runtime.getRuntime().addShutdownHook(cleaner);
        try {
            var tools = new Tools(testbed.directory());
            List<SystemUnderTest> systems = systems(tools);
            List<Scenario> scenarios = scenarios();
            int wantedRounds = rounds != null ? rounds : quick ? 3 : 5;
            int allowed = minutes != null ? minutes : quick ? 8 : 90;
            int done = new Rounds(scenarios, systems, testbed, tools, quick ? 0.5 : 1, results)
                    .run(wantedRounds, allowed * 60.0);
            String command = ("./tapswitch bench " + arguments).strip();
            write(new Run(start, command, done, machine, systems, results));
        } finally {
            Runtime.getRuntime().removeShutdownHook(cleaner);
            testbed.close();
        }
        return results.figures().isEmpty() ? 1 : 0;
    }

    private void write(Run run) throws IOException {
        Files.writeString(output.resolve("bench.json"), JsonReport.of(run));
        Files.writeString(output.resolve("bench.md"), MarkdownReport.of(run));
        Files.writeString(output.resolve("bench.html"), HtmlReport.of(run));
        System.out.println("report: " + output.resolve("bench.html") + ", bench.md, bench.json");
    }

    private List<SystemUnderTest> systems(Tools tools) {
        List<SystemUnderTest> all = Systems.all(tools, launcher);
        check("--systems", wanted, all.stream().map(SystemUnderTest::id).toList());
        return all.stream()
                .filter(system -> wanted.isEmpty() ? !system.isOnDemand() : wanted.contains(system.id()))
                .toList();
    }

    private List<Scenario> scenarios() {
        check("--only", only, ids());
        if (only.isEmpty()) return quick ? Scenarios.quick() : Scenarios.full();
        // A measurement requested by name runs even if a quick run would skip it.
        return Stream.concat(Scenarios.full().stream(), Scenarios.onDemand().stream())
                .map(scenario -> scenario.only(isWanted(only)))
                .filter(scenario -> !scenario.measurements().isEmpty())
                .toList();
    }

    private static List<String> ids() {
        return Stream.concat(Scenarios.full().stream(), Scenarios.onDemand().stream())
                .flatMap(scenario -> scenario.measurements().stream())
                .map(Measurement::id)
                .distinct()
                .toList();
    }

    private static Predicate<String> isWanted(List<String> names) {
        return name -> names.isEmpty() || names.contains(name);
    }

    private static void check(String option, List<String> given, List<String> known) {
        for (String name : given) {
            if (!known.contains(name))
                throw new BenchException(
                        option + ": unknown name \"" + name + "\"; expected one of " + String.join(", ", known));
        }
    }
}
