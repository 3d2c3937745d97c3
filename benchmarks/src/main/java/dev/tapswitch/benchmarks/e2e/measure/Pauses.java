package dev.tapswitch.benchmarks.e2e.measure;

import dev.tapswitch.benchmarks.e2e.testbed.Latencies;

/**
 * Sends one request every 0.2 ms for ten minutes, to find pauses of the JVM. Runs only on request; a full run reports the longest pause of
 * all its measurements.
 */
public record Pauses() implements Measurement {
    private static final double SECONDS = 600;

    @Override
    public String id() {
        return "pauses";
    }

    @Override
    public boolean isOnce() {
        return true;
    }

    @Override
    public double estimateSeconds() {
        return SECONDS;
    }

    @Override
    public void run(MeasurementContext context, Recorder recorder) {
        try (var server = new RequestServer(context, 5_003)) {
            Latencies latencies =
                    Latencies.of(server.client("requests", "seconds=" + SECONDS * context.pace(), "interval=200"));
            RequestResponse.record(recorder, Metric.RR_LATENCY, "ten minutes", latencies);
            recorder.record(Metric.OVER_1MS, "", latencies.over1ms() * 1e6 / latencies.samples());
            context.system()
                    .longestPauseMicros()
                    .ifPresent(pause -> recorder.record(Metric.PAUSE, "ten minutes of requests", pause));
        }
    }
}
