package dev.tapswitch.benchmarks.e2e.measure;

import java.util.List;

/** The first 0.1 s and the first second of traffic after the start. Compared with a warm switch, this shows the cost of JIT compilation. */
public record FirstSecond() implements Measurement {
    private static final int BINS_PER_SECOND = 10;

    @Override
    public String id() {
        return "start";
    }

    @Override
    public boolean isColdStart() {
        return true;
    }

    @Override
    public void run(MeasurementContext context, Recorder recorder) {
        recorder.record(Metric.START, context.ports(), context.startSeconds());
        context.pinned(() -> {
            List<Double> bins = context.frames(2)
                    .with("bin", 1_000 / BINS_PER_SECOND)
                    .seconds(0, 1)
                    .run()
                    .bins();
            recorder.record(Metric.FIRST_SECOND, "first 0.1 s", bins.getFirst() * BINS_PER_SECOND);
            recorder.record(
                    Metric.FIRST_SECOND,
                    "first second",
                    bins.stream()
                            .limit(BINS_PER_SECOND)
                            .mapToDouble(Double::doubleValue)
                            .sum());
        });
    }
}
