package dev.tapswitch.benchmarks.e2e.measure;

import dev.tapswitch.benchmarks.e2e.testbed.Latencies;
import dev.tapswitch.control.json.Json;

/** Records what a client with many requests in parallel reports. */
final class RequestRate {
    private RequestRate() {}

    /** The rate, per second, and the latencies of its requests. */
    static void record(Recorder recorder, Metric rate, Metric latency, String parameter, Json json) {
        Latencies latencies = Latencies.of(json);
        double seconds = json.required("seconds").asDouble();
        recorder.record(rate, parameter, latencies.samples() / seconds);
        recorder.record(latency, parameter + ", p50", latencies.p50());
        recorder.record(latency, parameter + ", p99", latencies.p99());
    }
}
