package dev.tapswitch.benchmarks.e2e.measure;

/** Measures a small HTTP server on one host with a client on another, whose 16 connections always have a request in flight. */
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
            RequestRate.record(recorder, Metric.HTTP_RATE, Metric.HTTP_LATENCY, CONNECTIONS + " connections", json);
        }
    }
}
