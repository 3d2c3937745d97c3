package dev.tapswitch.benchmarks.e2e.measure;

import dev.tapswitch.benchmarks.e2e.bed.Frames;

/** One flow of 64-byte frames: how many arrive when more are offered than can be forwarded, and what one costs at a rate that all can carry. */
public record FrameRate() implements Measurement {
    private static final double CPU_RATE = 100_000;

    @Override
    public String id() {
        return "frames";
    }

    @Override
    public double guessSeconds() {
        return 3;
    }

    @Override
    public void run(Station station, Recorder recorder) {
        station.pinned(() -> {
            Frames.Result most =
                    station.frames(2).size(64).seconds(0.3, station.seconds(1)).run();
            recorder.record(Metric.FRAME_RATE, "64 bytes", most.receivedPerSecond());
            recorder.record(Metric.FRAME_OFFERED, "64 bytes", most.offeredPerSecond());

            var paced = station.metered(() -> station.frames(2)
                    .size(64)
                    .rate(CPU_RATE)
                    .seconds(0, station.seconds(1))
                    .run());
            long frames = Math.max(1, paced.result().received());
            double machine = paced.cpu().machine() - paced.result().generatorUser();
            recorder.record(Metric.FRAME_CPU, "", machine / frames * 1e9);
            recorder.record(Metric.FRAME_CPU_PROCESS, "", paced.cpu().process() / frames * 1e9);
        });
    }
}
