package dev.tapswitch.benchmarks.e2e.measure;

import dev.tapswitch.benchmarks.e2e.testbed.Latencies;
import dev.tapswitch.control.json.Json;

/** Records the results of a client that has several requests in flight. */
final class RequestRate {
    private RequestRate() {}

    /** Records the rate, in requests per second, and the 50th and 99th percentiles of the latency. */
    static void record(Recorder recorder, Metric rate, Metric latency, String parameter, Json json) {
        Latencies latencies = Latencies.of(json);
        double seconds = json.required("seconds").asDouble();
        recorder.record(rate, parameter, latencies.samples() / seconds);
        recorder.record(latency, parameter + ", p50", latencies.p50());
        recorder.record(latency, parameter + ", p99", latencies.p99());
    }
}
