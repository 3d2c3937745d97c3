package dev.tapswitch.benchmarks.e2e.measure;

import dev.tapswitch.benchmarks.e2e.testbed.Frames;

/**
 * Small frames between two hosts, with few stations and with almost as many as the switch's table of 65,536 holds: one flow, and frames to all stations in turn.
 * The stations are behind the second host's port.
 */
public record StationsPresent() implements Measurement {
    private static final int MANY = 64_000;
    private static final double LEARNING_RATE = 50_000;

    @Override
    public String id() {
        return "stations";
    }

    @Override
    public double estimateSeconds() {
        return 6;
    }

    @Override
    public void run(MeasurementContext context, Recorder recorder) {
        context.pinned(() -> {
            record(recorder, "2 stations", context.frames(2), context);
            // Twice, so that a lost frame does not leave a station unknown.
            for (int i = 0; i < 2; i++) {
                many(context, "sources").with("count", MANY).rate(LEARNING_RATE).run();
            }
            record(recorder, "64 k stations", context.frames(2), context);
            record(recorder, "to 64 k stations in turn", many(context, "destinations"), context);
        });
    }

    private static Frames many(MeasurementContext context, String pattern) {
        return context.frames(2).with("pattern", pattern).with("addresses", MANY);
    }

    private static void record(Recorder recorder, String parameter, Frames frames, MeasurementContext context) {
        var result = frames.seconds(0.3, context.seconds(1)).run();
        recorder.record(Metric.STATIONS_RATE, parameter, result.receivedPerSecond());
    }
}
