package dev.tapswitch.benchmarks.jmh;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/** Formats results as a Markdown table with one row per benchmark and parameters. */
final class ResultTable {
    private static final String ALLOCATED = "gc.alloc.rate.norm";

    private ResultTable() {}

    static String of(Map<String, String> machine, List<RunResult> all) {
        var text = new StringBuilder();
        machine.forEach((name, value) ->
                text.append("- ").append(name).append(": ").append(value).append('\n'));
        text.append("\n| benchmark | of | threads | median | range | unit | B/op |\n|---|--:|--:|--:|--:|---|--:|\n");
        all.forEach(result -> text.append(row(result)));
        return text.toString();
    }

    private static String row(RunResult result) {
        BenchmarkParams params = result.getParams();
        String name = params.getBenchmark().replaceFirst(".*\\.(?=\\w+\\.\\w+$)", "");
        var of = params.getParamsKeys().stream().map(params::getParam).toList();
        Result<?> time = result.getPrimaryResult();
        var values = time.getStatistics();
        Result<?> allocated = result.getSecondaryResults().get(ALLOCATED);
        return String.format(
                Locale.ROOT,
                "| %s | %s | %d | %.2f | %.2f..%.2f | %s | %s |%n",
                name.replace("Benchmark", ""),
                String.join(" ", of),
                params.getThreads(),
                values.getPercentile(50),
                values.getMin(),
                values.getMax(),
                time.getScoreUnit(),
                allocated == null ? "-" : bytes(allocated.getScore()));
    }

    /** JMH itself allocates during an iteration, which shows as a fraction of a byte per operation. */
    private static String bytes(double perOperation) {
        return perOperation < 0.5 ? "0" : String.format(Locale.ROOT, "%.0f", perOperation);
    }
}
