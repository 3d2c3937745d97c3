package dev.tapswitch.benchmarks.e2e.report;

import dev.tapswitch.benchmarks.e2e.system.SystemUnderTest;
import dev.tapswitch.control.json.Json;
import java.util.List;
import java.util.Optional;

/** The report as JSON, with every value of every round. */
public final class JsonReport {
    private JsonReport() {}

    public static String of(Run run) {
        Json root = Json.object();
        root.put("began", run.began().toString());
        root.put("command", run.command());
        root.put("rounds", run.rounds());
        Json machine = root.putObject("machine");
        run.machine().forEach(machine::put);
        Json systems = root.putArray("systems");
        for (SystemUnderTest system : run.systems())
            systems.addObject()
                    .put("id", system.id())
                    .put("title", system.title())
                    .put("description", system.description());
        putTargets(root.putArray("targets"), run.results());
        Json figures = root.putArray("figures");
        for (Figure figure : run.results().figures()) putFigure(figures.addObject(), figure, run);
        Json remarks = root.putArray("remarks");
        run.results().remarks().forEach(remarks::add);
        return root.toPrettyString() + "\n";
    }

    private static void putTargets(Json targets, Results results) {
        for (Target target : Targets.all()) {
            Optional<Statistics> reached = target.reached(results);
            if (reached.isEmpty()) continue;
            targets.addObject()
                    .put("what", target.what())
                    .put("system", target.system())
                    .put("reference", target.reference())
                    .put(target.isAtLeast() ? "at-least" : "at-most", target.wanted())
                    .put("reached", reached.get().median())
                    .put("least", reached.get().min())
                    .put("most", reached.get().max())
                    .put("met", target.isMet(reached.get()));
        }
    }

    private static void putFigure(Json node, Figure figure, Run run) {
        node.put("metric", figure.metric().id());
        node.put("title", figure.metric().title());
        node.put("parameter", figure.parameter());
        node.put("unit", figure.metric().unit());
        node.put("more-is-better", figure.metric().isMoreBetter());
        Json systems = node.putObject("systems");
        for (SystemUnderTest system : run.systems()) {
            Optional<Statistics> statistics = run.results().of(figure, system.id());
            if (statistics.isEmpty()) continue;
            List<Double> rounds = run.results().rounds(figure, system.id());
            Json values = systems.putObject(system.id());
            values.put("median", statistics.get().median());
            values.put("least", statistics.get().min());
            values.put("most", statistics.get().max());
            Json list = values.putArray("rounds");
            rounds.forEach(value -> list.add(Double.isNaN(value) ? null : value));
        }
    }
}
