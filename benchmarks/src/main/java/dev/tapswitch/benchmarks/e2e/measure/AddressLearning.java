package dev.tapswitch.benchmarks.e2e.measure;

/**
 * RFC 2889 5.7 and 5.8: how many addresses a switch keeps, and how fast it learns them. A port sends from many addresses; then another sends to all of
 * them, and a third, which has nothing to do with it, must not see a frame: those that it sees were flooded, so not learned.
 */
public record AddressLearning() implements Measurement {
    private static final int MOST = 131_072;
    private static final int FEWEST = 1_024;
    private static final double SAFE_RATE = 50_000;
    private static final int BATCH = 4_000;
    private static final double FASTEST = 1_000_000;
    private static final int MONITOR = 2;
    private static final int BISECTIONS = 3;
    private static final int MOST_ATTEMPTS = 4;

    @Override
    public String id() {
        return "learning";
    }

    @Override
    public boolean isOnce() {
        return true;
    }

    @Override
    public double guessSeconds() {
        return 20;
    }

    @Override
    public void run(Station station, Recorder recorder) {
        station.pinned(() -> {
            // The rate first: afterwards the table is full.
            recorder.record(Metric.LEARNING_RATE, "", learningRate(station));
            recorder.record(Metric.ADDRESS_CACHE, "", capacity(station));
        });
    }

    private static double learningRate(Station station) {
        double learned = 0;
        double missed = FASTEST;
        long base = 1 << 24;
        for (int step = 0; step < 7; step++) {
            double rate = step == 0 ? 100_000 : (learned + missed) / 2;
            base += BATCH;
            long offeredInMs = learn(station, base, BATCH, rate);
            if (missed(station, base, BATCH) == 0)
                learned = Math.max(learned, Math.min(rate, BATCH * 1e3 / offeredInMs));
            else missed = rate;
            if (missed <= learned) break;
        }
        return learned;
    }

    private static double capacity(Station station) {
        int known = 0;
        int tooMany = MOST * 2;
        for (int tried = FEWEST; tried <= MOST; tried *= 2) {
            if (isKept(station, tried)) known = tried;
            else {
                tooMany = tried;
                break;
            }
        }
        if (known == MOST) return known;
        for (int step = 0; step < BISECTIONS; step++) {
            int tried = (known + tooMany) / 2;
            if (isKept(station, tried)) known = tried;
            else tooMany = tried;
        }
        return known;
    }

    /** Again where few were missed, so that a frame lost on the way is not taken for a full table. */
    private static boolean isKept(Station station, int addresses) {
        for (int attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
            learn(station, 0, addresses, SAFE_RATE);
            long missed = missed(station, 0, addresses);
            if (missed == 0) return true;
            if (attempt > 1 && missed > addresses / 10) return false;
        }
        return false;
    }

    /** How long it took, in ms, 1 at least. */
    private static long learn(Station station, long base, int addresses, double rate) {
        var sent = station.frames(3)
                .with("pattern", "sources")
                .with("base", base)
                .with("addresses", addresses)
                .with("count", addresses)
                .rate(rate)
                .run();
        return Math.max(1, Math.round(addresses * 1e3 / sent.offeredPerSecond()));
    }

    /** How many the switch floods frames to. */
    private static long missed(Station station, long base, int addresses) {
        var looked = station.frames(3)
                .with("pattern", "destinations")
                .with("base", base)
                .with("addresses", addresses)
                .with("count", addresses)
                .rate(SAFE_RATE)
                .run();
        return looked.receivedBy(MONITOR);
    }
}
