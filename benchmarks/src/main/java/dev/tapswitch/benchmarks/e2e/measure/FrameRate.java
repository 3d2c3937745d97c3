package dev.tapswitch.benchmarks.e2e.measure;

import dev.tapswitch.benchmarks.e2e.testbed.Frames;

/** One flow of 64-byte frames: the rate received at maximum offered load, and the CPU time per frame at a rate that all systems can carry. */
public record FrameRate() implements Measurement {
    private static final double CPU_RATE = 100_000;

    @Override
    public String id() {
        return "frames";
    }

    @Override
    public double estimateSeconds() {
        return 3;
    }

    @Override
    public void run(MeasurementContext context, Recorder recorder) {
        context.pinned(() -> {
            Frames.Result max =
                    context.frames(2).size(64).seconds(0.3, context.seconds(1)).run();
            recorder.record(Metric.FRAME_RATE, "64 bytes", max.receivedPerSecond());
            recorder.record(Metric.FRAME_OFFERED, "64 bytes", max.offeredPerSecond());

            var paced = context.metered(() -> context.frames(2)
                    .size(64)
                    .rate(CPU_RATE)
                    .seconds(0, context.seconds(1))
                    .run());
            long frames = Math.max(1, paced.result().received());
            double machine = paced.cpu().machine() - paced.result().generatorUser();
            recorder.record(Metric.FRAME_CPU, "", machine / frames * 1e9);
            recorder.record(Metric.FRAME_CPU_PROCESS, "", paced.cpu().process() / frames * 1e9);
        });
    }
}
