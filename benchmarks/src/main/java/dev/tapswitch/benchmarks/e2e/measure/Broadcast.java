package dev.tapswitch.benchmarks.e2e.measure;

/** RFC 2889 5.10: one port broadcasts at the maximum rate. The copies received by all other ports are counted. */
public record Broadcast() implements Measurement {
    @Override
    public String id() {
        return "broadcast";
    }

    @Override
    public void run(MeasurementContext context, Recorder recorder) {
        int ports = context.hosts().size();
        context.pinned(() -> {
            var result = context.frames(ports)
                    .with("pattern", "broadcast")
                    .seconds(0.3, context.seconds(1))
                    .run();
            recorder.record(Metric.BROADCAST_RATE, context.ports(), result.receivedPerSecond());
        });
    }
}
