package dev.tapswitch.benchmarks.e2e.measure;

/** RFC 2889 5.10: one port broadcasts as fast as it goes; the copies that arrive at all others count. */
public record Broadcast() implements Measurement {
    @Override
    public String id() {
        return "broadcast";
    }

    @Override
    public void run(Station station, Recorder recorder) {
        int ports = station.hosts().size();
        station.pinned(() -> {
            var result = station.frames(ports)
                    .with("pattern", "broadcast")
                    .seconds(0.3, station.seconds(1))
                    .run();
            recorder.record(Metric.BROADCAST_RATE, station.ports(), result.receivedPerSecond());
        });
    }
}
