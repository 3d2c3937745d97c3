package dev.tapswitch.benchmarks.e2e.measure;

import dev.tapswitch.benchmarks.e2e.testbed.Cpus;
import dev.tapswitch.benchmarks.e2e.testbed.Frames;

/**
 * Two flows of 64-byte frames between two pairs of hosts, from a generator on the first CPU and one on the last. Unlike with one flow, no CPU is
 * reserved for the system.
 */
public record TwoFlows() implements Measurement {
    @Override
    public String id() {
        return "frames-2";
    }

    @Override
    public void run(MeasurementContext context, Recorder recorder) {
        var first = flow(context, 0).with("cpu", Cpus.generator()).start();
        var second = flow(context, 2).with("cpu", 0).start();
        double received = first.get().receivedPerSecond() + second.get().receivedPerSecond();
        recorder.record(Metric.TWO_FLOWS_RATE, "64 bytes", received);
    }

    private static Frames flow(MeasurementContext context, int from) {
        return new Frames(context.tools(), context.hosts().subList(from, from + 2))
                .with("first", from + 1)
                .seconds(0.3, context.seconds(1));
    }
}
