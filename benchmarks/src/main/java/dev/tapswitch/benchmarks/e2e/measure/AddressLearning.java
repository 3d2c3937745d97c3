package dev.tapswitch.benchmarks.e2e.measure;

/**
 * RFC 2889 5.7 and 5.8: address caching capacity and address learning rate. One port sends from many addresses, then another port sends to all of
 * them. Frames that a third port receives were flooded, so their addresses were not learned.
 */
public record AddressLearning() implements Measurement {
    private static final int MAX_ADDRESSES = 131_072;
    private static final int MIN_ADDRESSES = 1_024;
    private static final double SAFE_RATE = 50_000;
    private static final int BATCH = 4_000;
    private static final double MAX_RATE = 1_000_000;
    private static final int MONITOR = 2;
    private static final int BISECTIONS = 3;
    private static final int MAX_ATTEMPTS = 4;

    @Override
    public String id() {
        return "learning";
    }

    @Override
    public boolean isOnce() {
        return true;
    }

    @Override
    public double estimateSeconds() {
        return 20;
    }

    @Override
    public void run(MeasurementContext context, Recorder recorder) {
        context.pinned(() -> {
            // The rate is measured first, because the table is full afterwards.
            recorder.record(Metric.LEARNING_RATE, "", learningRate(context));
            recorder.record(Metric.ADDRESS_CACHE, "", capacity(context));
        });
    }

    private static double learningRate(MeasurementContext context) {
        double learned = 0;
        double missed = MAX_RATE;
        long base = 1 << 24;
        for (int step = 0; step < 7; step++) {
            double rate = step == 0 ? 100_000 : (learned + missed) / 2;
            base += BATCH;
            long offeredInMs = learn(context, base, BATCH, rate);
            if (missed(context, base, BATCH) == 0)
                learned = Math.max(learned, Math.min(rate, BATCH * 1e3 / offeredInMs));
            else missed = rate;
            if (missed <= learned) break;
        }
        return learned;
    }

    private static double capacity(MeasurementContext context) {
        int known = 0;
        int tooMany = MAX_ADDRESSES * 2;
        for (int tried = MIN_ADDRESSES; tried <= MAX_ADDRESSES; tried *= 2) {
            if (isKept(context, tried)) known = tried;
            else {
                tooMany = tried;
                break;
            }
        }
        if (known == MAX_ADDRESSES) return known;
        for (int step = 0; step < BISECTIONS; step++) {
            int tried = (known + tooMany) / 2;
            if (isKept(context, tried)) known = tried;
            else tooMany = tried;
        }
        return known;
    }

    /** Repeats a count with few misses, so that a lost frame does not look like a full table. */
    private static boolean isKept(MeasurementContext context, int addresses) {
        for (int attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
            learn(context, 0, addresses, SAFE_RATE);
            long missed = missed(context, 0, addresses);
            if (missed == 0) return true;
            if (attempt > 1 && missed > addresses / 10) return false;
        }
        return false;
    }

    /** The duration, ms, at least 1. */
    private static long learn(MeasurementContext context, long base, int addresses, double rate) {
        var sent = context.frames(3)
                .with("pattern", "sources")
                .with("base", base)
                .with("addresses", addresses)
                .with("count", addresses)
                .rate(rate)
                .run();
        return Math.max(1, Math.round(addresses * 1e3 / sent.offeredPerSecond()));
    }

    /** The number of addresses whose frames the switch floods. */
    private static long missed(MeasurementContext context, long base, int addresses) {
        var sent = context.frames(3)
                .with("pattern", "destinations")
                .with("base", base)
                .with("addresses", addresses)
                .with("count", addresses)
                .rate(SAFE_RATE)
                .run();
        return sent.receivedBy(MONITOR);
    }
}
