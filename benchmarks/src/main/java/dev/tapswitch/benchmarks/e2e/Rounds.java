package dev.tapswitch.benchmarks.e2e;

import dev.tapswitch.benchmarks.e2e.measure.Measurement;
import dev.tapswitch.benchmarks.e2e.measure.MeasurementContext;
import dev.tapswitch.benchmarks.e2e.report.Results;
import dev.tapswitch.benchmarks.e2e.system.RunningSystem;
import dev.tapswitch.benchmarks.e2e.system.SystemUnderTest;
import dev.tapswitch.benchmarks.e2e.testbed.BenchException;
import dev.tapswitch.benchmarks.e2e.testbed.Host;
import dev.tapswitch.benchmarks.e2e.testbed.IdlePorts;
import dev.tapswitch.benchmarks.e2e.testbed.NoiseMonitor;
import dev.tapswitch.benchmarks.e2e.testbed.Testbed;
import dev.tapswitch.benchmarks.e2e.testbed.Tools;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The rounds of a run. Each measures everything on every system, one system after the other, in an order that rotates by one per round, so that
 * slow changes of the machine affect all systems alike.
 */
final class Rounds {
    /** A system and the measurements on it after one start. */
    private record Step(int round, Scenario scenario, SystemUnderTest system, List<Measurement> measurements) {
        String key(String what) {
            return system.id() + "/" + scenario.ports() + "/" + scenario.mtu() + "/" + what;
        }
    }

    /** The first estimate of how long a start takes. */
    private static final double START_SECONDS = 1;

    private static final double PORTS_PER_SECOND = 400;

    private final List<Scenario> scenarios;
    private final List<SystemUnderTest> systems;
    private final Testbed testbed;
    private final Tools tools;
    private final double pace;
    private final Results results;
    private final Progress progress = new Progress();
    private final NoiseMonitor noise = new NoiseMonitor();

    /** {@code pace}: see {@link MeasurementContext}. */
    Rounds(
            List<Scenario> scenarios,
            List<SystemUnderTest> systems,
            Testbed testbed,
            Tools tools,
            double pace,
            Results results) {
        this.scenarios = scenarios;
        this.systems = systems;
        this.testbed = testbed;
        this.tools = tools;
        this.pace = pace;
        this.results = results;
    }

    /** Runs the rounds, fewer if time runs out; returns the number of completed rounds. */
    int run(int rounds, double secondsAllowed) {
        if (noise.isTooMuch())
            System.out.println("Other programs use the CPUs of this machine; the results will be affected.");
        List<List<Step>> plan = new ArrayList<>();
        for (int round = 0; round < rounds; round++) plan.add(steps(round));
        plan.forEach(steps -> steps.forEach(this::announce));
        int done = 0;
        for (List<Step> steps : plan) {
            double next = progress.secondsLeft() / (rounds - done);
            if (done > 0 && progress.secondsPassed() + next > secondsAllowed) {
                results.remark("%d of %d rounds: another one would not have ended within %d minutes (--minutes)"
                        .formatted(done, rounds, Math.round(secondsAllowed / 60)));
                break;
            }
            for (Step step : steps) run(step, "round %d/%d  ".formatted(done + 1, rounds));
            done++;
        }
        results.remark(noise.describe());
        return done;
    }

    private List<Step> steps(int round) {
        List<SystemUnderTest> order = new ArrayList<>(systems);
        Collections.rotate(order, -round);
        List<Step> steps = new ArrayList<>();
        for (Scenario scenario : scenarios) {
            List<Measurement> measurements = scenario.measurements().stream()
                    .filter(measurement -> round == 0 || !measurement.isOnce())
                    .toList();
            for (SystemUnderTest system : measurements.isEmpty() ? List.<SystemUnderTest>of() : order)
                if (isFor(scenario, system)) steps.add(new Step(round, scenario, system, measurements));
        }
        return steps;
    }

    private boolean isFor(Scenario scenario, SystemUnderTest system) {
        if (!scenario.systems().test(system)) return false;
        if (scenario.ports() > system.maxPorts()) {
            results.remark(system.title() + " is not measured with " + scenario.ports() + " ports: "
                    + system.portLimitReason());
            return false;
        }
        if (scenario.mtu() > system.maxMtu()) {
            results.remark(system.title() + " does not support an MTU of " + scenario.mtu());
            return false;
        }
        return true;
    }

    private void announce(Step step) {
        progress.plan(step.key("start"), START_SECONDS + step.scenario.ports() / PORTS_PER_SECOND);
        step.measurements.forEach(
                measurement -> progress.plan(step.key(measurement.id()), measurement.estimateSeconds() * pace));
    }

    private void run(Step step, String prefix) {
        noise.sample();
        String line = prefix + "%-16s ".formatted(step.system.id());
        List<Host> hosts = testbed.hosts(step.scenario.ports(), step.scenario.mtu());
        var running = new RunningSystem[1];
        attempt(step.system, "start", () -> Testbed.awaitGone(testbed.hosts(Testbed.ACTIVE_HOSTS, Testbed.MTU)));
        long start = System.nanoTime();
        attempt(
                step.system,
                "start with " + hosts.size() + " ports",
                () -> progress.run(
                        step.key("start"),
                        line + "start with " + hosts.size() + " ports",
                        () -> running[0] = step.system.start(testbed, hosts)));
        double startSeconds = (System.nanoTime() - start) / 1e9;
        try (RunningSystem open = running[0]) {
            if (open == null) {
                step.measurements.forEach(measurement -> progress.skip(step.key(measurement.id())));
                return;
            }
            try (var _ = new IdlePorts(hosts)) {
                measure(step, line, new MeasurementContext(testbed, tools, hosts, open, startSeconds, pace));
            }
        }
    }

    private void measure(Step step, String line, MeasurementContext context) {
        String system = step.system.id();
        boolean isWarm = false;
        for (Measurement measurement : step.measurements) {
            if (!isWarm && !measurement.isColdStart()) {
                attempt(step.system, "warm-up", context::warmUp);
                isWarm = true;
            }
            attempt(
                    step.system,
                    measurement.id(),
                    () -> progress.run(
                            step.key(measurement.id()),
                            line + measurement.id(),
                            () -> measurement.run(
                                    context,
                                    (metric, parameter, value) ->
                                            results.add(step.round, system, metric, parameter, value))));
        }
    }

    /** A failure on one system is reported and does not end the run. */
    private void attempt(SystemUnderTest system, String what, Runnable work) {
        try {
            work.run();
        } catch (BenchException e) {
            if (Thread.currentThread().isInterrupted()) throw e;
            System.out.println("  " + system.id() + ", " + what + ": " + e.getMessage());
            results.remark(system.title() + ", " + what + ": " + e.getMessage());
        }
    }
}
