package dev.tapswitch.benchmarks.e2e.measure;

import dev.tapswitch.benchmarks.e2e.testbed.Latencies;

/** Short TCP connections: connect, a request, a response, close. Sixteen are open at any time. */
public record Connections() implements Measurement {
    private static final int PARALLEL = 16;

    @Override
    public String id() {
        return "connections";
    }

    @Override
    public void run(MeasurementContext context, Recorder recorder) {
        try (var server = new RequestServer(context, 5_004)) {
            var json = server.client("connections", "parallel=" + PARALLEL, "seconds=" + context.seconds(1));
            Latencies latencies = Latencies.of(json);
            String parameter = PARALLEL + " in parallel";
            recorder.record(
                    Metric.CONNECTION_RATE,
                    parameter,
                    latencies.samples() / json.required("seconds").asDouble());
            recorder.record(Metric.CONNECTION_LATENCY, parameter + ", p50", latencies.p50());
            recorder.record(Metric.CONNECTION_LATENCY, parameter + ", p99", latencies.p99());
        }
    }
}
