package dev.tapswitch.benchmarks.e2e.measure;

import dev.tapswitch.benchmarks.e2e.bed.Latencies;

/** A small HTTP server on one host, and a client on another that keeps 16 connections busy. */
public record Http() implements Measurement {
    private static final int CONNECTIONS = 16;

    @Override
    public String id() {
        return "http";
    }

    @Override
    public void run(Station station, Recorder recorder) {
        try (var server = new RequestServer(station, 8_080)) {
            var json = server.client("http=1", "connections=" + CONNECTIONS, "seconds=" + station.seconds(1));
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
