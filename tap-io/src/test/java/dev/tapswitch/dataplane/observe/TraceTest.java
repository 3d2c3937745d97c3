package dev.tapswitch.dataplane.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class TraceTest {
    private static final MemorySegment FRAME = MemorySegment.ofArray(new byte[256]);

    private final Trace trace = new Trace(2);

    private void record(int frames) {
        for (int i = 0; i < frames; i++) trace.record(0, 0, FRAME, 0, 256);
    }

    @Test
    void framesThatDoNotFitAreCountedWhereTheyAreMissing() {
        record(5);
        assertEquals(0, trace.poll().missedBefore());
        record(1);
        assertEquals(0, trace.poll().missedBefore());
        assertEquals(3, trace.poll().missedBefore());
        assertNull(trace.poll());
        assertEquals(0, trace.takeMissed());
    }

    @Test
    void framesThatAreMissingAtTheEndAreCountedOnce() {
        record(3);
        trace.poll();
        trace.poll();
        assertEquals(1, trace.takeMissed());
        assertEquals(0, trace.takeMissed());
    }
}
