package dev.tapswitch.benchmarks.jmh;

import java.util.Random;

/** MAC addresses to fill tables, and orders of lookups that a prefetcher cannot predict. */
final class Stations {
    private Stations() {}

    /** {@code count} distinct unicast addresses with a common prefix and consecutive suffixes, as vendors assign them. Families do not overlap. */
    static long[] macs(int count, int family) {
        long[] macs = new long[count];
        for (int i = 0; i < count; i++) macs[i] = 0x02_00_00_00_00_00L | (long) family << 32 | i;
        return macs;
    }

    /** {@code count} random unicast addresses, the same in every run. */
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
