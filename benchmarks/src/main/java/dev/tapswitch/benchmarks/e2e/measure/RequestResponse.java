package dev.tapswitch.benchmarks.e2e.measure;

import dev.tapswitch.benchmarks.e2e.testbed.Latencies;

/** Request and response with one connection, 64 bytes each way. Every latency is kept, so percentiles are exact. */
public record RequestResponse(boolean udp) implements Measurement {
    /** Warm-up, in seconds: the JVM compiles the code that requests run. */
    static final int WARM_UP = 2;

    @Override
    public String id() {
        return udp ? "latency-udp" : "latency";
    }

    @Override
    public double estimateSeconds() {
        return 4;
    }

    @Override
    public void run(MeasurementContext context, Recorder recorder) {
        try (var server = new RequestServer(context, 5_001)) {
            record(recorder, "idle", measure(server, context.seconds(1.5)));
        }
    }

    /** Warms up, then measures for {@code seconds}. */
    Latencies measure(RequestServer server, double seconds) {
        return Latencies.of(
                server.client("requests", "udp=" + (udp ? 1 : 0), "warmup=" + WARM_UP, "seconds=" + seconds));
    }

    void record(Recorder recorder, String load, Latencies latencies) {
        record(recorder, udp ? Metric.UDP_LATENCY : Metric.RR_LATENCY, load, latencies);
    }

    static void record(Recorder recorder, Metric metric, String load, Latencies latencies) {
        recorder.record(metric, load + ", p50", latencies.p50());
        recorder.record(metric, load + ", p99", latencies.p99());
        recorder.record(metric, load + ", p99.9", latencies.p999());
    }
}
