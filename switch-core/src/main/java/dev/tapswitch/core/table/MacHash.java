package dev.tapswitch.core.table;

import java.util.concurrent.ThreadLocalRandom;

/** The slots of a MAC table where a key may be stored: its home slot, the rest of the home's bucket, and a second bucket. */
final class MacHash {
    static final int BUCKET_SLOTS = 4;

    /** Unknown to stations, like the multiplier, so that they can't choose MACs that share both buckets. */
    private final long seed = ThreadLocalRandom.current().nextLong();

    private final long multiplier = ThreadLocalRandom.current().nextLong() | 1;
    private final int shift;

    /** {@code slots}: the number of slots, a power of 2, at least two buckets. */
    MacHash(int slots) {
        this.shift = Long.numberOfLeadingZeros(slots) + 1;
    }

    /**
     * Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4): consecutive MACs, as container engines and hypervisors assign them, have
     * different homes.
     */
    long of(long key) {
        return (key ^ seed) * 0x9E37_79B9_7F4A_7C15L;
    }

    int home(long hash) {
        return (int) (hash >>> shift);
    }

    /** The first slot of the home's bucket. */
    int firstBucket(long hash) {
        return home(hash) & -BUCKET_SLOTS;
    }

    /**
     * The first slot of the other bucket, by multiplication with a random odd number: a universal hash (Dietzfelbinger et al., 1997). Keys that were chosen
     * to share a first bucket have different second buckets.
     */
    int secondBucket(long hash) {
        int first = firstBucket(hash);
        int second = (int) ((hash ^ hash >>> 32) * multiplier >>> shift) & -BUCKET_SLOTS;
        return second == first ? first ^ BUCKET_SLOTS : second;
    }
}
