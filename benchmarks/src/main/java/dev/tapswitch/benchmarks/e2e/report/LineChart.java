package dev.tapswitch.benchmarks.e2e.report;

import dev.tapswitch.benchmarks.e2e.system.SystemUnderTest;
import java.util.List;
import java.util.Locale;

/**
 * An SVG line chart of a metric over a number, such as the frame size: per system a line through the medians and a bar for the range of the
 * rounds.
 */
final class LineChart {
    private static final int LEFT = 64;
    private static final int WIDTH = 620;
    private static final int HEIGHT = 260;
    private static final int GRID_LINES = 4;

    private final Run run;
    private final List<Figure> figures;
    private final double maxValue;

    private LineChart(Run run, List<Figure> figures) {
        this.run = run;
        this.figures = figures.stream()
                .sorted((a, b) -> Double.compare(number(a), number(b)))
                .toList();
        this.maxValue = Math.max(
                1e-9,
                figures.stream()
                        .flatMap(figure -> run.systems().stream()
                                .flatMap(system -> run.results().of(figure, system.id()).stream()))
                        .mapToDouble(Statistics::max)
                        .max()
                        .orElse(1));
    }

    /** Whether all parameters are numbers, and there are enough of them for a line. */
    static boolean suits(List<Figure> figures) {
        return figures.size() >= 4
                && figures.stream().allMatch(figure -> figure.parameter().matches("\\d+"));
    }

    static String of(Run run, List<Figure> figures) {
        return new LineChart(run, figures).draw();
    }

    private String draw() {
        var svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg class=\"wide\" viewBox=\"0 0 %d %d\" role=\"img\">",
                LEFT + WIDTH + 190,
                HEIGHT + 40));
        for (int i = 0; i <= GRID_LINES; i++) {
            double value = maxValue * i / GRID_LINES;
            svg.append(String.format(
                    Locale.ROOT,
                    "<path class=\"grid\" d=\"M%d %.1fh%d\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
                    LEFT,
                    y(value),
                    WIDTH,
                    LEFT - 6,
                    y(value) + 4,
                    Quantity.of(value)));
        }
        for (int i = 0; i < figures.size(); i++)
            svg.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
                    x(i),
                    HEIGHT + 30,
                    Quantity.of(number(figures.get(i)))));
        int line = 0;
        for (SystemUnderTest system : run.systems()) {
            if (draw(svg, system)) legend(svg, system, line++);
        }
        return svg.append("</svg>").toString();
    }

    private boolean draw(StringBuilder svg, SystemUnderTest system) {
        var path = new StringBuilder();
        var marks = new StringBuilder();
        String colour = Html.colour(system.id());
        for (int i = 0; i < figures.size(); i++) {
            Statistics value = run.results().of(figures.get(i), system.id()).orElse(null);
            if (value == null) continue;
            path.append(String.format(Locale.ROOT, "%s%.1f %.1f", path.isEmpty() ? "M" : "L", x(i), y(value.median())));
            marks.append(String.format(
                    Locale.ROOT,
                    "<path d=\"M%1$.1f %2$.1fV%3$.1f\" stroke=\"%4$s\" opacity=\".4\"/>"
                            + "<circle cx=\"%1$.1f\" cy=\"%5$.1f\" r=\"3\" fill=\"%4$s\"/>",
                    x(i),
                    y(value.min()),
                    y(value.max()),
                    colour,
                    y(value.median())));
        }
        svg.append(String.format(
                Locale.ROOT, "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>", path, colour));
        svg.append(marks);
        return !path.isEmpty();
    }

    private static void legend(StringBuilder svg, SystemUnderTest system, int line) {
        svg.append(String.format(
                Locale.ROOT,
                "<rect x=\"%d\" y=\"%d\" width=\"12\" height=\"12\" fill=\"%s\"/><text x=\"%d\" y=\"%d\">%s</text>",
                LEFT + WIDTH + 16,
                14 + line * 20,
                Html.colour(system.id()),
                LEFT + WIDTH + 34,
                24 + line * 20,
                Html.escape(system.title())));
    }

    /** Positions are evenly spaced in the order of the numbers, because typical sizes and rates grow by factors. */
    private double x(int index) {
        return LEFT + 20 + (WIDTH - 40.0) * index / Math.max(1, figures.size() - 1);
    }

    private double y(double value) {
        return 10 + HEIGHT * (1 - value / maxValue);
    }

    private static double number(Figure figure) {
        return Double.parseDouble(figure.parameter());
    }
}
