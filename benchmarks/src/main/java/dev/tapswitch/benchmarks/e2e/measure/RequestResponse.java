package dev.tapswitch.benchmarks.e2e.measure;

import dev.tapswitch.benchmarks.e2e.testbed.Latencies;

/** Request and response over one TCP connection, 64 bytes each way. Every latency is kept, so percentiles are exact. */
public record RequestResponse() implements Measurement {
    /** Warm-up, in seconds: the JVM compiles the code that requests run. */
    static final int WARM_UP = 2;

    @Override
    public String id() {
        return "latency";
    }

    @Override
    public void run(MeasurementContext context, Recorder recorder) {
        try (var server = new RequestServer(context, 5_001)) {
            record(recorder, "idle", measure(server, context.seconds(1.5)));
        }
    }

    /** Warms up, then measures for {@code seconds}. */
    static Latencies measure(RequestServer server, double seconds) {
        return Latencies.of(server.client("warmup=" + WARM_UP, "seconds=" + seconds));
    }

    static void record(Recorder recorder, String load, Latencies latencies) {
        recorder.record(Metric.RR_LATENCY, load + ", p50", latencies.p50());
        recorder.record(Metric.RR_LATENCY, load + ", p99", latencies.p99());
        recorder.record(Metric.RR_LATENCY, load + ", p99.9", latencies.p999());
    }
}
