package dev.tapswitch.benchmarks.e2e.measure;

import dev.tapswitch.benchmarks.e2e.testbed.Latencies;
import java.util.List;

/** RFC 2544 26.1 and 26.2: the highest rate without loss, and the latency at that rate, per frame size. */
public record Throughput(List<Integer> sizes) implements Measurement {
    private static final int PROBE_INTERVAL_MICROS = 500;

    @Override
    public String id() {
        return sizes.getFirst() > 1_518 ? "throughput-jumbo" : "throughput";
    }

    @Override
    public double estimateSeconds() {
        return 2.2 * sizes.size();
    }

    @Override
    public void run(MeasurementContext context, Recorder recorder) {
        context.pinned(() -> sizes.forEach(size -> run(new Trial(context, size), size, recorder)));
    }

    private static void run(Trial trial, int size, Recorder recorder) {
        double rate = trial.maxWithoutLoss();
        recorder.record(Metric.THROUGHPUT, Integer.toString(size), rate);
        if (rate == 0) return;
        Latencies latencies = trial.withProbes(rate, trial.context().seconds(0.4), PROBE_INTERVAL_MICROS)
                .latencies();
        if (latencies.samples() == 0) return;
        recorder.record(Metric.FRAME_LATENCY, size + ", p50", latencies.p50());
        recorder.record(Metric.FRAME_LATENCY, size + ", p99", latencies.p99());
    }
}
