package dev.tapswitch.benchmarks.e2e.report;

import dev.tapswitch.benchmarks.e2e.system.SystemUnderTest;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The report for programs: every value of every round. */
public final class JsonReport {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private JsonReport() {}

    public static String of(Run run) {
        ObjectNode root = JSON.createObjectNode();
        root.put("began", run.began().toString());
        root.put("command", run.command());
        root.put("rounds", run.rounds());
        ObjectNode machine = root.putObject("machine");
        run.machine().forEach(machine::put);
        ArrayNode systems = root.putArray("systems");
        for (SystemUnderTest system : run.systems())
            systems.addObject()
                    .put("id", system.id())
                    .put("title", system.title())
                    .put("description", system.description());
        putTargets(root.putArray("targets"), run.results());
        ArrayNode figures = root.putArray("figures");
        for (Figure figure : run.results().figures()) putFigure(figures.addObject(), figure, run);
        ArrayNode remarks = root.putArray("remarks");
        run.results().remarks().forEach(remarks::add);
        return JSON.writeValueAsString(root) + "\n";
    }

    private static void putTargets(ArrayNode targets, Results results) {
        for (Target target : Targets.all()) {
            Optional<Statistics> reached = target.reached(results);
            if (reached.isEmpty()) continue;
            targets.addObject()
                    .put("what", target.what())
                    .put("system", target.system())
                    .put("reference", target.reference())
                    .put(target.isAtLeast() ? "at-least" : "at-most", target.wanted())
                    .put("reached", reached.get().median())
                    .put("least", reached.get().least())
                    .put("most", reached.get().most())
                    .put("met", target.isMet(reached.get()));
        }
    }

    private static void putFigure(ObjectNode node, Figure figure, Run run) {
        node.put("metric", figure.metric().id());
        node.put("title", figure.metric().title());
        node.put("parameter", figure.parameter());
        node.put("unit", figure.metric().unit());
        node.put("more-is-better", figure.metric().isMoreBetter());
        ObjectNode systems = node.putObject("systems");
        for (SystemUnderTest system : run.systems()) {
            Optional<Statistics> statistics = run.results().of(figure, system.id());
            if (statistics.isEmpty()) continue;
            List<Double> rounds = run.results().rounds(figure, system.id());
            ObjectNode one = systems.putObject(system.id());
            one.put("median", statistics.get().median());
            one.put("least", statistics.get().least());
            one.put("most", statistics.get().most());
            ArrayNode values = one.putArray("rounds");
            rounds.forEach(value -> {
                if (Double.isNaN(value)) values.addNull();
                else values.add(value);
            });
        }
    }
}
