package dev.tapswitch.core.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import org.junit.jupiter.api.Test;

class MacHashTest {
    private static final int SLOTS = 1 << 17;
    private static final long FIRST_MAC = 0x0242_AC11_0000L;

    private final MacHash hash = new MacHash(SLOTS);

    /** A random hash would give 100 MACs only 79 different homes in a table that is half full. */
    @Test
    void consecutiveMacsHaveDifferentHomes() {
        BitSet homes = new BitSet();
        for (int i = 0; i < SLOTS / 2; i++) homes.set(hash.home(hash.of(MacWords.key(FIRST_MAC + i, 0))));
        assertTrue(homes.cardinality() > SLOTS / 2 * 0.9, homes.cardinality() + " homes of " + SLOTS / 2 + " MACs");
    }

    @Test
    void theSecondBucketDiffersAndSpreadsKeysThatShareTheFirst() {
        BitSet seconds = new BitSet();
        int meeting = 0;
        int bucket = hash.firstBucket(hash.of(MacWords.key(FIRST_MAC, 0)));
        for (int i = 0; meeting < 256; i++) {
            long of = hash.of(MacWords.key(FIRST_MAC + i, 0));
            int second = hash.secondBucket(of);
            assertNotEquals(hash.firstBucket(of), second);
            assertTrue(second >= 0 && second < SLOTS, "slot " + second);
            assertEquals(0, second % MacHash.BUCKET_SLOTS);
            if (hash.firstBucket(of) != bucket) continue;
            meeting++;
            seconds.set(second / MacHash.BUCKET_SLOTS);
        }
        assertTrue(seconds.cardinality() > 192, seconds.cardinality() + " second buckets of 256 MACs");
    }

    @Test
    void theSmallestTableHasTwoBuckets() {
        MacHash small = new MacHash(8);
        for (int i = 0; i < 100; i++) {
            long of = small.of(MacWords.key(FIRST_MAC + i, 0));
            assertEquals(4, small.firstBucket(of) + small.secondBucket(of));
        }
    }
}
