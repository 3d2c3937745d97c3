package dev.tapswitch.benchmarks.e2e.measure;

import dev.tapswitch.benchmarks.e2e.testbed.Frames;

/** Trials of one flow with frames of one size, as in RFC 2544 24 but shorter than 60 s. */
record Trial(MeasurementContext context, int size) {
    private static final double SECONDS = 0.2;
    private static final int STEPS = 4;

    /** The forwarding rate at maximum offered load (RFC 2285 3.6.2). */
    double maxReceived() {
        return context.frames(2)
                .size(size)
                .seconds(0.05, context.seconds(SECONDS))
                .run()
                .receivedPerSecond();
    }

    /** Sends at a rate, in frames per second. */
    Frames.Result at(double framesPerSecond) {
        return context.frames(2)
                .size(size)
                .rate(framesPerSecond)
                .seconds(0, context.seconds(SECONDS))
                .run();
    }

    /** Sends at a rate with a probe every {@code everyMicros}, whose latency is measured. */
    Frames.Result withProbes(double framesPerSecond, double seconds, int everyMicros) {
        return context.frames(2)
                .size(size)
                .rate(framesPerSecond)
                .with("probe", everyMicros)
                .seconds(0, seconds)
                .run();
    }

    /**
     * The highest rate without loss, by binary search to about 6 % of the maximum forwarding rate. A trial with loss is repeated once,
     * because on a shared machine a single interruption of a few milliseconds would decide otherwise.
     */
    double maxWithoutLoss() {
        double max = maxReceived();
        double without = 0;
        double with = max * 1.02;
        for (int step = 0; step < STEPS; step++) {
            double rate = step == 0 ? max * 0.97 : (without + with) / 2;
            if (isWithoutLoss(rate)) without = rate;
            else with = rate;
        }
        return without;
    }

    private boolean isWithoutLoss(double rate) {
        for (int attempt = 0; attempt < 2; attempt++) {
            Frames.Result result = at(rate);
            if (result.received() >= result.offered()) return true;
        }
        return false;
    }
}
