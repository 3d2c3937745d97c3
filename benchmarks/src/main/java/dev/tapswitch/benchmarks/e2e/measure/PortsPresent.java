package dev.tapswitch.benchmarks.e2e.measure;

/** One flow of small frames between two hosts, whatever the number of ports that are there besides. */
public record PortsPresent() implements Measurement {
    @Override
    public String id() {
        return "ports";
    }

    @Override
    public void run(Station station, Recorder recorder) {
        station.pinned(() -> {
            var result = station.frames(2).seconds(0.3, station.seconds(1)).run();
            recorder.record(Metric.PORTS_RATE, station.ports(), result.receivedPerSecond());
        });
    }
}
