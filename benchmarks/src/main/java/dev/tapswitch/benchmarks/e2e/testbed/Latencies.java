package dev.tapswitch.benchmarks.e2e.testbed;

import dev.tapswitch.control.json.Json;

/** Exact percentiles, in microseconds, of all samples of a run. */
public record Latencies(long samples, double mean, double p50, double p99, double p999, double max, long over1ms) {
    public static Latencies of(Json json) {
        return new Latencies(
                json.required("samples").asLong(),
                json.required("mean").asDouble(),
                json.required("p50").asDouble(),
                json.required("p99").asDouble(),
                json.required("p999").asDouble(),
                json.required("max").asDouble(),
                json.required("over1ms").asLong());
    }
}
