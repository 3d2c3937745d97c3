package dev.tapswitch.dataplane.worker;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class WriteCostTest {
    private final WriteCost cost = new WriteCost();

    @Test
    void writesOfTheAllowedDurationNeverExceed() {
        for (int i = 0; i < 1_000_000; i++) assertFalse(cost.exceeds(WriteCost.ALLOWED_NANOS, 1));
    }

    @Test
    void oneVerySlowWriteExceeds() {
        assertTrue(cost.exceeds(WriteCost.ALLOWED_NANOS + WriteCost.MAX_EXCESS_NANOS + 1, 1));
    }

    @Test
    void manySlightlySlowWritesExceed() {
        long nanos = WriteCost.ALLOWED_NANOS + WriteCost.MAX_EXCESS_NANOS / 10;
        for (int i = 0; i < 10; i++) assertFalse(cost.exceeds(nanos, 1));
        assertTrue(cost.exceeds(nanos, 1));
    }

    @Test
    void aSlowWriteIsForgottenAfterFastOnes() {
        long nanos = WriteCost.ALLOWED_NANOS + WriteCost.MAX_EXCESS_NANOS;
        for (int round = 0; round < 100; round++) {
            assertFalse(cost.exceeds(nanos, 1));
            for (int i = 0; i <= WriteCost.MAX_EXCESS_NANOS / WriteCost.ALLOWED_NANOS; i++) cost.exceeds(1_000, 1);
        }
    }
}
