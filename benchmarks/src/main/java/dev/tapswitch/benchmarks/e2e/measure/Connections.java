package dev.tapswitch.benchmarks.e2e.measure;

/** Measures short TCP connections: connect, one request, one response, close. Sixteen are open at any time. */
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
            RequestRate.record(
                    recorder, Metric.CONNECTION_RATE, Metric.CONNECTION_LATENCY, PARALLEL + " in parallel", json);
        }
    }
}
