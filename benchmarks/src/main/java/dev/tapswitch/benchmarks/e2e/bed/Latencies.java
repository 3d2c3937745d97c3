package dev.tapswitch.benchmarks.e2e.bed;

import tools.jackson.databind.JsonNode;

/** Exact percentiles, in microseconds, of all samples of a run. */
public record Latencies(long samples, double mean, double p50, double p99, double p999, double max, long over1ms) {
    public static Latencies of(JsonNode json) {
        return new Latencies(
                json.get("samples").asLong(),
                json.get("mean").asDouble(),
                json.get("p50").asDouble(),
                json.get("p99").asDouble(),
                json.get("p999").asDouble(),
                json.get("max").asDouble(),
                json.get("over1ms").asLong());
    }
}
