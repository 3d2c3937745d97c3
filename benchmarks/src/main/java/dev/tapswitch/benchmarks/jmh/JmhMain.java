package dev.tapswitch.benchmarks.jmh;

import dev.tapswitch.benchmarks.e2e.report.Machine;
import dev.tapswitch.control.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * The command {@code tapswitch jmh [--quick] [FILTER...]}: runs the benchmarks whose names match, and writes the results with a description
 * of the machine. Benchmarks of tables that workers share run with one thread and again with two.
 */
public final class JmhMain {
    private static final String USAGE = """
            Usage: tapswitch jmh [--quick] [FILTER...]
            Runs the benchmarks of the core: all of them, or those whose names match a FILTER (a regular expression).
            Writes the results to benchmarks/results/jmh.json and jmh.md; with a FILTER or --quick, to benchmarks/target/results.

              --quick   Run one fork with short iterations, to test the benchmarks. The results are not meaningful.

            Examples:
              tapswitch jmh
              tapswitch jmh MacTableLookup.hit DecisionBenchmark.knownUnicast
            """;
    /** The benchmarks of tables that workers share. */
    private static final String SHARED = "MacTable(Lookup|Learn)Benchmark\\.(?!.*Agrona)";

    private JmhMain() {}

    /** {@code arguments}: the directory for results, then the arguments of the command. */
    public static void main(String[] arguments) throws IOException, RunnerException {
        List<String> words = new ArrayList<>(List.of(arguments));
        Path directory = Path.of(words.removeFirst());
        if (words.contains("--help") || words.contains("-h")) {
            System.out.print(USAGE);
            return;
        }
        boolean quick = words.remove("--quick");
        for (String word : words) {
            if (word.startsWith("-")) {
                System.err.println("tapswitch: unknown option " + word + " (see 'tapswitch jmh --help')");
                System.exit(2);
            }
        }
        Path results =
                quick || !words.isEmpty() ? directory.resolveSibling("target").resolve("results") : directory;
        Files.createDirectories(results);
        Map<String, String> machine = Machine.describe();
        List<String> filters = words.isEmpty() ? List.of("dev\\.tapswitch\\.benchmarks\\.jmh\\.") : words;
        List<RunResult> all = new ArrayList<>();
        try {
            all.addAll(run(filters, 1, quick));
        } catch (NoBenchmarksException e) {
            System.err.println(
                    "tapswitch: no benchmark matches " + String.join(" ", words) + "; 'tapswitch jmh' runs all");
            System.exit(1);
        }
        List<String> shared = all.stream()
                .map(result -> result.getParams().getBenchmark())
                .filter(name -> name.matches(".*" + SHARED + ".*"))
                .distinct()
                .map(name -> "^" + name.replace(".", "\\.") + "$")
                .toList();
        if (!shared.isEmpty()) all.addAll(run(shared, 2, quick));
        writeJson(results.resolve("jmh.json"), machine, all);
        String table = ResultTable.of(machine, all);
        Files.writeString(results.resolve("jmh.md"), table);
        System.out.println();
        System.out.print(table);
        System.out.println("\nwritten to " + results.resolve("jmh.json") + " and " + results.resolve("jmh.md"));
    }

    private static Collection<RunResult> run(List<String> filters, int threads, boolean quick) throws RunnerException {
        var options = new OptionsBuilder();
        filters.forEach(options::include);
        // Two forks, because JIT compilation differs between runs. With these times all benchmarks take 15 minutes.
        options.forks(quick ? 1 : 2)
                .warmupIterations(quick ? 2 : 3)
                .warmupTime(TimeValue.milliseconds(300))
                .measurementIterations(quick ? 2 : 5)
                .measurementTime(TimeValue.milliseconds(quick ? 300 : 250))
                .threads(threads)
                // The flags of the daemon, with a larger heap for the boxed values of the other maps.
                .jvmArgs(
                        "-Xms1g",
                        "-Xmx1g",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow")
                .addProfiler(GCProfiler.class);
        return new Runner(options.build()).run();
    }

    /** Writes JMH's JSON document together with the description of the machine. */
    private static void writeJson(Path file, Map<String, String> machine, List<RunResult> all) throws IOException {
        Path bare = Files.createTempFile("jmh", ".json");
        try {
            ResultFormatFactory.getInstance(ResultFormatType.JSON, bare.toString())
                    .writeOut(all);
            Json document = Json.object();
            document.put("machine", machine);
            Json results = Json.parse(Files.readString(bare));
            // These fields contain paths of this machine.
            for (Json result : results) {
                result.remove("jvm");
                result.remove("jmhVersion");
            }
            document.set("results", results);
            Files.writeString(file, document.toPrettyString() + "\n");
        } finally {
            Files.delete(bare);
        }
    }
}
