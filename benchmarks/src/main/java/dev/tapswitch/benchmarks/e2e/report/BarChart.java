package dev.tapswitch.benchmarks.e2e.report;

import dev.tapswitch.benchmarks.e2e.system.SystemUnderTest;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** An SVG bar chart of one result: for each system the median, a line for the range of the rounds, and the number. */
final class BarChart {
    private static final int WIDTH = 560;
    private static final int LABEL = 150;
    private static final int BAR = 250;
    private static final int ROW = 22;

    private BarChart() {}

    static String of(Run run, Figure figure) {
        List<SystemUnderTest> systems = run.systems().stream()
                .filter(system -> run.results().of(figure, system.id()).isPresent())
                .toList();
        double max = systems.stream()
                .map(system -> run.results().of(figure, system.id()).orElseThrow())
                .mapToDouble(Statistics::max)
                .max()
                .orElse(1);
        var svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">",
                WIDTH,
                systems.size() * ROW + 4,
                Html.escape(figure.metric().title() + " " + figure.parameter())));
        for (int i = 0; i < systems.size(); i++) {
            String id = systems.get(i).id();
            Optional<Statistics> ratio =
                    id.equals("bridge") ? Optional.empty() : run.results().ratio(figure, id, "bridge");
            row(svg, i * ROW, systems.get(i), run.results().of(figure, id).orElseThrow(), Math.max(max, 1e-9), ratio);
        }
        return svg.append("</svg>").toString();
    }

    private static void row(
            StringBuilder svg,
            int y,
            SystemUnderTest system,
            Statistics value,
            double max,
            Optional<Statistics> ratio) {
        double scale = BAR / max;
        double end = LABEL + value.median() * scale;
        svg.append(String.format(
                Locale.ROOT,
                "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>"
                        + "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"14\" fill=\"%s\"/>",
                LABEL - 8,
                y + 15,
                Html.escape(system.title()),
                LABEL,
                y + 4,
                value.median() * scale,
                Html.colour(system.id())));
        if (value.rounds() > 1)
            svg.append(String.format(
                    Locale.ROOT,
                    "<path class=\"range\" d=\"M%1$.1f %3$dH%2$.1fM%1$.1f %4$dv6M%2$.1f %4$dv6\"/>",
                    LABEL + value.min() * scale,
                    LABEL + value.max() * scale,
                    y + 11,
                    y + 8));
        svg.append(String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%d\"><tspan class=\"value\">%s</tspan>%s</text>",
                Math.max(end, LABEL + value.max() * scale) + 6,
                y + 15,
                Quantity.of(value.median()),
                ratio.map(share -> " <tspan class=\"ratio\">" + Quantity.ratio(share.median()) + " x bridge</tspan>")
                        .orElse("")));
    }
}
