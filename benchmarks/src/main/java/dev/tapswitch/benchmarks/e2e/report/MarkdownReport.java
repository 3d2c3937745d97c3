package dev.tapswitch.benchmarks.e2e.report;

import dev.tapswitch.benchmarks.e2e.measure.Metric;
import dev.tapswitch.benchmarks.e2e.system.SystemUnderTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** The report as Markdown. */
public final class MarkdownReport {
    private final StringBuilder text = new StringBuilder();
    private final Run run;

    private MarkdownReport(Run run) {
        this.run = run;
    }

    public static String of(Run run) {
        return new MarkdownReport(run).write();
    }

    private String write() {
        line("# Tapswitch bench");
        line("");
        line(
                "`" + run.command() + "`, " + run.began() + ", " + run.rounds()
                        + (run.rounds() == 1 ? " round. " : " interleaved rounds. ")
                        + "Cells: median [minimum - maximum] of the rounds. Ratios are taken round by round. How it is measured: docs/benchmarks.md.");
        line("");
        targets();
        for (Metric metric : Metric.values()) metric(metric);
        systems();
        remarks();
        machine();
        return text.toString();
    }

    private void targets() {
        List<List<String>> rows = new ArrayList<>();
        for (Target target : Targets.all()) {
            Optional<Statistics> ratio = target.reached(run.results());
            if (ratio.isEmpty()) continue;
            rows.add(List.of(
                    target.what(),
                    target.system(),
                    target.condition(),
                    "**" + Quantity.ratio(ratio.get().median()) + "** ["
                            + Quantity.ratio(ratio.get().min()) + " - "
                            + Quantity.ratio(ratio.get().max()) + "]",
                    target.verdict(ratio.get())));
        }
        if (rows.isEmpty()) return;
        line("## Targets");
        line("");
        table(List.of("what", "system", "target", "reached", ""), rows);
    }

    private void metric(Metric metric) {
        List<Figure> figures = run.results().figures(metric);
        if (figures.isEmpty()) return;
        line("## " + metric.title() + ", " + metric.unit());
        line("");
        values(figures, (figure, system) -> run.results().of(figure, system).map(MarkdownReport::cell));
        if (metric == Metric.LOSS || metric == Metric.FRAME_OFFERED) return;
        for (String reference : List.of("bridge", "floor-epoll")) {
            if (figures.stream()
                    .allMatch(figure -> run.results().of(figure, reference).isEmpty())) continue;
            line("Share of " + title(reference) + ":");
            line("");
            values(
                    figures,
                    (figure, system) -> run.results()
                            .ratio(figure, system, reference)
                            .map(ratio -> Quantity.ratio(ratio.median())));
        }
    }

    private interface Cell {
        Optional<String> of(Figure figure, String system);
    }

    /** A table with one row per system and one column per parameter. */
    private void values(List<Figure> figures, Cell cell) {
        List<String> head = new ArrayList<>(List.of("system"));
        figures.forEach(figure -> head.add(figure.parameter()));
        List<List<String>> rows = new ArrayList<>();
        for (SystemUnderTest system : run.systems()) {
            if (figures.stream().allMatch(figure -> cell.of(figure, system.id()).isEmpty())) continue;
            List<String> row = new ArrayList<>(List.of(system.title()));
            figures.forEach(figure -> row.add(cell.of(figure, system.id()).orElse("-")));
            rows.add(row);
        }
        table(head, rows);
    }

    private void systems() {
        line("## Systems");
        line("");
        table(
                List.of("system", "set up"),
                run.systems().stream()
                        .map(system -> List.of(system.title() + " (`" + system.id() + "`)", system.description()))
                        .toList());
    }

    private void remarks() {
        if (run.results().remarks().isEmpty()) return;
        line("## Remarks");
        line("");
        run.results().remarks().forEach(remark -> line("- " + remark));
        line("");
    }

    private void machine() {
        line("## Machine");
        line("");
        run.machine().forEach((name, value) -> line("- " + name + ": " + value));
    }

    private String title(String system) {
        return run.systems().stream()
                .filter(candidate -> candidate.id().equals(system))
                .map(SystemUnderTest::title)
                .findFirst()
                .orElse(system);
    }

    static String cell(Statistics statistics) {
        return "**" + Quantity.of(statistics.median()) + "**"
                + (statistics.rounds() == 1
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                " [%s - %s]",
                                Quantity.of(statistics.min()),
                                Quantity.of(statistics.max())));
    }

    private void table(List<String> head, List<List<String>> rows) {
        Function<List<String>, String> join = cells -> "| " + String.join(" | ", cells) + " |";
        line(join.apply(head));
        line("|" + "---|".repeat(head.size()));
        rows.forEach(row -> line(join.apply(row)));
        line("");
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}
