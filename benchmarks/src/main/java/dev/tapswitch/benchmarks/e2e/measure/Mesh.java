package dev.tapswitch.benchmarks.e2e.measure;

/** RFC 2889 5.1, fully meshed: every port sends to every other port in turn, at the maximum rate. */
public record Mesh() implements Measurement {
    private static final int PORTS = 4;

    @Override
    public String id() {
        return "mesh";
    }

    @Override
    public void run(MeasurementContext context, Recorder recorder) {
        context.pinned(() -> {
            var result = context.frames(PORTS)
                    .with("pattern", "mesh")
                    .with("senders", PORTS)
                    .seconds(0.2, context.seconds(0.7))
                    .run();
            recorder.record(Metric.MESH_RATE, "", result.receivedPerSecond());
        });
    }
}
