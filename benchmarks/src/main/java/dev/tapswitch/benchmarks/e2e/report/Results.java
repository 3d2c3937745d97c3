package dev.tapswitch.benchmarks.e2e.report;

import dev.tapswitch.benchmarks.e2e.measure.Metric;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** All results: one value per metric, parameter, system and round; NaN if a round has none. Not thread-safe. */
public final class Results {
    private final Map<Figure, Map<String, List<Double>>> values = new LinkedHashMap<>();
    private final Set<String> remarks = new LinkedHashSet<>();

    /** Adds the value of one round. */
    public void add(int round, String system, Metric metric, String parameter, double value) {
        List<Double> rounds = values.computeIfAbsent(new Figure(metric, parameter), _ -> new TreeMap<>())
                .computeIfAbsent(system, _ -> new ArrayList<>());
        while (rounds.size() <= round) rounds.add(Double.NaN);
        rounds.set(round, value);
    }

    /** Adds a remark for the report, such as why a result is missing. Equal remarks appear once. */
    public void remark(String line) {
        remarks.add(line);
    }

    public List<String> remarks() {
        return List.copyOf(remarks);
    }

    /** The results in the order in which they were first measured. */
    public List<Figure> figures() {
        return List.copyOf(values.keySet());
    }

    public List<Figure> figures(Metric metric) {
        return values.keySet().stream()
                .filter(figure -> figure.metric() == metric)
                .toList();
    }

    /** One value per round; NaN if a round has none. */
    public List<Double> rounds(Figure figure, String system) {
        return Collections.unmodifiableList(
                values.getOrDefault(figure, Map.of()).getOrDefault(system, List.of()));
    }

    public Optional<Statistics> of(Figure figure, String system) {
        return statistics(rounds(figure, system));
    }

    /** The ratios of two systems, round by round. A disturbance that affects a whole round hardly affects them. */
    public Optional<Statistics> ratio(Figure figure, String system, String reference) {
        return ratio(figure, system, figure, reference);
    }

    /** The ratios of two different results of two systems, round by round. */
    public Optional<Statistics> ratio(Figure figure, String system, Figure referenceFigure, String reference) {
        List<Double> measured = rounds(figure, system);
        List<Double> references = rounds(referenceFigure, reference);
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < Math.min(measured.size(), references.size()); i++) {
            if (references.get(i) > 0) ratios.add(measured.get(i) / references.get(i));
        }
        return statistics(ratios);
    }

    private static Optional<Statistics> statistics(List<Double> rounds) {
        List<Double> measured =
                rounds.stream().filter(value -> !Double.isNaN(value)).toList();
        return measured.isEmpty() ? Optional.empty() : Optional.of(Statistics.of(measured));
    }
}
