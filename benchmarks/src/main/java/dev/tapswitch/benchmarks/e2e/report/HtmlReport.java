package dev.tapswitch.benchmarks.e2e.report;

import dev.tapswitch.benchmarks.e2e.measure.Metric;
import dev.tapswitch.benchmarks.e2e.system.SystemUnderTest;
import dev.tapswitch.benchmarks.e2e.testbed.BenchException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** The report as one self-contained HTML page. */
public final class HtmlReport {
    private final StringBuilder page = new StringBuilder();
    private final Run run;

    private HtmlReport(Run run) {
        this.run = run;
    }

    public static String of(Run run) {
        return new HtmlReport(run).write();
    }

    private String write() {
        page.append("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Tapswitch bench</title>")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><style>")
                .append(style())
                .append("</style></head><body><h1>Tapswitch bench</h1>");
        page.append("<p class=\"soft\"><code>" + Html.escape(run.command()) + "</code>, " + run.began() + ", "
                + run.rounds() + (run.rounds() == 1 ? " round" : " interleaved rounds")
                + ". Bars and points are medians; thin lines are the range of the rounds. Ratios are taken round by round."
                + " docs/benchmarks.md describes the method and where it departs from RFC 2544 and RFC 2889.</p>");
        remarks();
        targets();
        for (Metric metric : Metric.values()) metric(metric);
        systems();
        machine();
        return page.append("</body></html>\n").toString();
    }

    private void remarks() {
        if (run.results().remarks().isEmpty()) return;
        page.append("<ul class=\"remarks\">");
        run.results().remarks().forEach(remark -> page.append("<li>" + Html.escape(remark) + "</li>"));
        page.append("</ul>");
    }

    private void targets() {
        page.append(
                "<h2>Targets</h2><div class=\"scroll\"><table><tr><th>what<th>system<th>target<th>reached<th></tr>");
        for (Target target : Targets.all()) {
            Optional<Statistics> reached = target.reached(run.results());
            if (reached.isEmpty()) continue;
            Statistics value = reached.get();
            boolean isMet = target.isMet(value);
            page.append("<tr><td>" + Html.escape(target.what()) + "<td>" + title(target.system())
                    + "<td class=\"number\">" + Html.escape(target.condition()) + "<td class=\"number\"><b>"
                    + Quantity.ratio(value.median()) + "</b> <span class=\"ratio\">[" + Quantity.ratio(value.min())
                    + " - " + Quantity.ratio(value.max()) + "]</span><td class=\"" + (isMet ? "met" : "missed") + "\">"
                    + target.verdict(value) + "</tr>");
        }
        page.append("</table></div>");
    }

    private void metric(Metric metric) {
        List<Figure> figures = run.results().figures(metric);
        if (figures.isEmpty()) return;
        page.append("<h2>" + Html.escape(metric.title()) + ", " + Html.escape(metric.unit()) + "</h2><p class=\"soft\">"
                + (metric.isMoreBetter() ? "More is better." : "Less is better.") + "</p>");
        if (LineChart.suits(figures)) page.append(LineChart.of(run, figures));
        else {
            page.append("<div class=\"charts\">");
            for (Figure figure : figures)
                page.append("<div>"
                        + (figure.parameter().isEmpty() ? "" : "<h3>" + Html.escape(figure.parameter()) + "</h3>")
                        + BarChart.of(run, figure) + "</div>");
            page.append("</div>");
        }
        page.append("<details><summary>Values</summary><div class=\"scroll\">");
        table(figures);
        page.append("</div></details>");
    }

    private void table(List<Figure> figures) {
        page.append("<table><tr><th>system");
        figures.forEach(figure -> page.append("<th>" + Html.escape(figure.parameter())));
        page.append("</tr>");
        for (SystemUnderTest system : run.systems()) {
            page.append("<tr><td>" + Html.escape(system.title()));
            for (Figure figure : figures)
                page.append("<td class=\"number\">"
                        + run.results()
                                .of(figure, system.id())
                                .map(HtmlReport::cell)
                                .orElse("-"));
            page.append("</tr>");
        }
        page.append("</table>");
    }

    private static String cell(Statistics value) {
        return "<b>" + Quantity.of(value.median()) + "</b>"
                + (value.rounds() == 1
                        ? ""
                        : " <span class=\"ratio\">[" + Quantity.of(value.min()) + " - " + Quantity.of(value.max())
                                + "]</span>");
    }

    private void systems() {
        page.append("<h2>Systems</h2><table>");
        for (SystemUnderTest system : run.systems())
            page.append("<tr><td>" + Html.escape(system.title()) + "<td><code>" + system.id() + "</code><td>"
                    + Html.escape(system.description()) + "</tr>");
        page.append("</table>");
    }

    private void machine() {
        page.append("<h2>Machine</h2><table>");
        run.machine()
                .forEach((name, value) ->
                        page.append("<tr><td>" + Html.escape(name) + "<td>" + Html.escape(value) + "</tr>"));
        page.append("</table>");
    }

    private String title(String id) {
        return run.systems().stream()
                .filter(system -> system.id().equals(id))
                .map(system -> Html.escape(system.title()))
                .findFirst()
                .orElse(id);
    }

    private static String style() {
        try (InputStream css = HtmlReport.class.getResourceAsStream("style.css")) {
            if (css == null) throw new BenchException("the jar has no style.css");
            return new String(css.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new BenchException("cannot read style.css: " + e.getMessage(), e);
        }
    }
}
