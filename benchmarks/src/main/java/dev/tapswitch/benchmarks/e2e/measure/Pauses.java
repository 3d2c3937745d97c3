package dev.tapswitch.benchmarks.e2e.measure;

import dev.tapswitch.benchmarks.e2e.bed.Latencies;

/** Ten minutes of requests, one every 0.2 ms: does the JVM stop the switch? Only when asked for; a full run looks at the pauses of all it did. */
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
    public double guessSeconds() {
        return SECONDS;
    }

    @Override
    public void run(Station station, Recorder recorder) {
        try (var server = new RequestServer(station, 5_003)) {
            Latencies latencies = Latencies.of(server.client("seconds=" + SECONDS * station.pace(), "interval=200"));
            RequestResponse.record(recorder, "ten minutes", latencies);
            recorder.record(Metric.OVER_1MS, "", latencies.over1ms() * 1e6 / latencies.samples());
            station.system()
                    .longestPauseMicros()
                    .ifPresent(pause -> recorder.record(Metric.PAUSE, "ten minutes of requests", pause));
        }
    }
}
