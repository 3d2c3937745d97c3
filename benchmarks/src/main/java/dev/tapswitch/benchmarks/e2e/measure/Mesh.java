package dev.tapswitch.benchmarks.e2e.measure;

/** RFC 2889 5.1: every port sends to every other in turn, as fast as it goes. */
public record Mesh() implements Measurement {
    private static final int PORTS = 4;

    @Override
    public String id() {
        return "mesh";
    }

    @Override
    public void run(Station station, Recorder recorder) {
        station.pinned(() -> {
            var result = station.frames(PORTS)
                    .with("pattern", "mesh")
                    .with("senders", PORTS)
                    .seconds(0.2, station.seconds(0.7))
                    .run();
            recorder.record(Metric.MESH_RATE, "", result.receivedPerSecond());
        });
    }
}
