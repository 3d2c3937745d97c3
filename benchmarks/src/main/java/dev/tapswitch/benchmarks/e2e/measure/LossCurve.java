package dev.tapswitch.benchmarks.e2e.measure;

import java.util.List;

/** RFC 2544 26.3: the share of frames lost by offered rate, the same rates for all systems. */
public record LossCurve() implements Measurement {
    private static final List<Integer> RATES = List.of(50_000, 100_000, 200_000, 400_000, 600_000, 800_000);

    @Override
    public String id() {
        return "loss";
    }

    @Override
    public double estimateSeconds() {
        return 3;
    }

    @Override
    public void run(MeasurementContext context, Recorder recorder) {
        var trial = new Trial(context, 64);
        context.pinned(() -> {
            for (int rate : RATES) {
                var result = trial.at(rate);
                // A generator that shares its CPU with the system, as with the bridge, can't offer this rate; the
                // curve has no such point.
                if (result.offeredPerSecond() < 0.8 * rate) return;
                recorder.record(Metric.LOSS, Integer.toString(rate), result.lost() * 100);
            }
        });
    }
}
