package dev.tapswitch.benchmarks.e2e.measure;

import dev.tapswitch.benchmarks.e2e.bed.Latencies;

/** Request and response over one TCP connection, 64 bytes each way: every latency is kept, percentiles are exact. */
public record RequestResponse() implements Measurement {
    /** Seconds of requests that don't count, for a JVM to compile what they run. */
    static final int WARM_UP = 2;

    @Override
    public String id() {
        return "latency";
    }

    @Override
    public void run(Station station, Recorder recorder) {
        try (var server = new RequestServer(station, 5_001)) {
            record(recorder, "idle", measure(server, station.seconds(1.5)));
        }
    }

    /** Warms up, and measures for {@code seconds}. */
    static Latencies measure(RequestServer server, double seconds) {
        return Latencies.of(server.client("warmup=" + WARM_UP, "seconds=" + seconds));
    }

    static void record(Recorder recorder, String load, Latencies latencies) {
        recorder.record(Metric.RR_LATENCY, load + ", p50", latencies.p50());
        recorder.record(Metric.RR_LATENCY, load + ", p99", latencies.p99());
        recorder.record(Metric.RR_LATENCY, load + ", p99.9", latencies.p999());
    }
}
