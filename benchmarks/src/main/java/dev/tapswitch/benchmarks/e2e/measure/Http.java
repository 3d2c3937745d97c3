package dev.tapswitch.benchmarks.e2e.measure;

import dev.tapswitch.benchmarks.e2e.testbed.Latencies;

/** A small HTTP server on one host and a client with 16 busy connections on another. */
public record Http() implements Measurement {
    private static final int CONNECTIONS = 16;

    @Override
    public String id() {
        return "http";
    }

    @Override
    public void run(MeasurementContext context, Recorder recorder) {
        try (var server = new RequestServer(context, 8_080)) {
            var json =
                    server.client("requests", "http=1", "connections=" + CONNECTIONS, "seconds=" + context.seconds(1));
            Latencies latencies = Latencies.of(json);
            String parameter = CONNECTIONS + " connections";
            recorder.record(
                    Metric.HTTP_RATE,
                    parameter,
                    latencies.samples() / json.required("seconds").asDouble());
            recorder.record(Metric.HTTP_LATENCY, parameter + ", p50", latencies.p50());
            recorder.record(Metric.HTTP_LATENCY, parameter + ", p99", latencies.p99());
        }
    }
}
