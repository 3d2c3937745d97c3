package dev.tapswitch.benchmarks.jmh;

import java.util.Random;

/** MAC addresses to fill tables with, and an order to ask for them that no prefetcher guesses. */
final class Stations {
    private Stations() {}

    /** {@code count} different unicast addresses, spread as vendors' are: few prefixes, dense below. Of two {@code family}s, none is in both. */
    static long[] macs(int count, int family) {
        long[] macs = new long[count];
        for (int i = 0; i < count; i++) macs[i] = 0x02_00_00_00_00_00L | (long) family << 32 | i;
        return macs;
    }

    /** {@code count} unicast addresses without any order, the same in every run. */
    static long[] randomMacs(int count) {
        return new Random(7)
                .longs(count, 0, 1L << 40)
                .map(low -> 0x02_00_00_00_00_00L | low)
                .toArray();
    }

    /** The same addresses in a random order, the same in every run. */
    static long[] shuffled(long[] macs) {
        long[] order = macs.clone();
        var random = new Random(42);
        for (int i = order.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            long swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
        return order;
    }
}
