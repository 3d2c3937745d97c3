package dev.tapswitch.benchmarks.e2e.measure;

import java.util.List;

/** The first second of traffic after the start, and its first tenth: beside the rate of a warm switch, what a JIT takes to warm up. */
public record FirstSecond() implements Measurement {
    private static final int BINS_A_SECOND = 10;

    @Override
    public String id() {
        return "start";
    }

    @Override
    public boolean isColdStart() {
        return true;
    }

    @Override
    public void run(Station station, Recorder recorder) {
        recorder.record(Metric.START, station.ports(), station.startSeconds());
        station.pinned(() -> {
            List<Double> bins = station.frames(2)
                    .with("bin", 1_000 / BINS_A_SECOND)
                    .seconds(0, 1)
                    .run()
                    .bins();
            recorder.record(Metric.FIRST_SECOND, "first 0.1 s", bins.getFirst() * BINS_A_SECOND);
            recorder.record(
                    Metric.FIRST_SECOND,
                    "first second",
                    bins.stream()
                            .limit(BINS_A_SECOND)
                            .mapToDouble(Double::doubleValue)
                            .sum());
        });
    }
}
