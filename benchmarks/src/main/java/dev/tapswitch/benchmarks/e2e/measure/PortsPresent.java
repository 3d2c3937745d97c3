package dev.tapswitch.benchmarks.e2e.measure;

/** One flow of small frames between two hosts, with many other ports present. */
public record PortsPresent() implements Measurement {
    @Override
    public String id() {
        return "ports";
    }

    @Override
    public void run(MeasurementContext context, Recorder recorder) {
        context.pinned(() -> {
            var result = context.frames(2).seconds(0.3, context.seconds(1)).run();
            recorder.record(Metric.PORTS_RATE, context.ports(), result.receivedPerSecond());
        });
    }
}
