package dev.tapswitch.dataplane.uring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.dataplane.buffer.FrameBuffer;
import org.junit.jupiter.api.Test;

class UringBatchTest {
    @Test
    void eachSlotHasHeadroomBehindTheLongestFrameOfTheSlotBefore() {
        assertEquals(FrameBuffer.HEADROOM, UringBatch.offset(0));
        for (int slot = 1; slot < UringBatch.MAX_READS; slot++) {
            long end = UringBatch.offset(slot - 1) + FrameBuffer.MAX_LENGTH;
            assertTrue(UringBatch.offset(slot) - end >= FrameBuffer.HEADROOM, "slot " + slot);
        }
    }
}
