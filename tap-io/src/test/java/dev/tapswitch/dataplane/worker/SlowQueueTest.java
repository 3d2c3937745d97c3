package dev.tapswitch.dataplane.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tapswitch.core.bridge.Counters;
import dev.tapswitch.core.bridge.PortCounter;
import dev.tapswitch.dataplane.buffer.FrameBuffer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class SlowQueueTest {
    private static final int FAST = 2_000;
    private static final int SLOW = 8_000_000;
    private static final int TRIAL = 20;
    private static final long PENALTY = 100_000_000;
    private static final int LENGTH = 74;

    /** A clock that each write advances. */
    private static final class Watch extends WriteWatch {
        private long nowNanos = 1;
        private boolean isPreempted;
        private long took;

        @Override
        long nowNanos() {
            return nowNanos;
        }

        @Override
        void start() {
            took = -nowNanos;
        }

        @Override
        long stop() {
            took += nowNanos;
            return took;
        }

        @Override
        boolean isOver(long nanos) {
            return took > nanos && !isPreempted;
        }
    }

    private final Watch watch = new Watch();
    private final MemorySegment frame = Arena.ofAuto().allocate(LENGTH);
    private int writeNanos = FAST;
    private final SlowQueue queue = new SlowQueue(this::write, () -> {}, watch, TRIAL, PENALTY);

    private int write(long address, int length) {
        watch.nowNanos += writeNanos;
        return length;
    }

    private void writes(int count) {
        for (int i = 0; i < count; i++) {
            assertTrue(queue.add(frame.address(), LENGTH));
            queue.writeFirst();
        }
    }

    @Test
    void aPortThatIsFastOnTrialIsReleasedAndWasNeverSlow() {
        writes(TRIAL - 1);
        assertFalse(queue.isReleased());
        writes(1);
        assertTrue(queue.isReleased());
        assertFalse(queue.isSlow());
    }

    @Test
    void aPortOnTrialIsDueAtOnceAndASlowOneAfterThreeTimesTheDurationOfAWrite() {
        writes(1);
        assertEquals(watch.nowNanos, queue.dueNanos());
        writeNanos = SLOW;
        writes(1);
        assertEquals(watch.nowNanos + 3L * SLOW, queue.dueNanos());
    }

    @Test
    void aSlowPortIsReleasedWhenItIsFastAndItsPenaltyIsOver() {
        writeNanos = SLOW;
        writes(3);
        assertTrue(queue.isSlow());
        assertEquals(SLOW, queue.slowestNanos());
        writeNanos = FAST;
        writes(SlowQueue.FAST_WRITES);
        assertFalse(queue.isReleased(), "the penalty is not over");
        watch.nowNanos += PENALTY;
        writes(1);
        assertTrue(queue.isReleased());
    }

    @Test
    void anotherSlowWriteRestartsThePenalty() {
        writeNanos = SLOW;
        writes(1);
        watch.nowNanos += PENALTY;
        writeNanos = FAST;
        writes(SlowQueue.FAST_WRITES - 1);
        writeNanos = SLOW;
        writes(1);
        writeNanos = FAST;
        writes(2 * SlowQueue.FAST_WRITES);
        assertFalse(queue.isReleased());
    }

    @Test
    void aWriteThatWasPreemptedIsNotSlow() {
        watch.isPreempted = true;
        writeNanos = SLOW;
        writes(5);
        assertFalse(queue.isSlow());
        assertFalse(queue.isReleased(), "a write that was preempted is not fast either");
    }

    @Test
    void aSlightlySlowWriteEndsNoTrialAndManyOfThemMakeThePortSlow() {
        writeNanos = 300_000;
        writes(TRIAL);
        assertFalse(queue.isSlow());
        assertFalse(queue.isReleased());
        writes(1);
        assertTrue(queue.isSlow());
    }

    @Test
    void aFullQueueRefusesFrames() {
        for (int i = 0; i < SlowQueue.MAX_FRAMES; i++) assertTrue(queue.add(frame.address(), LENGTH));
        assertFalse(queue.add(frame.address(), LENGTH));
        queue.writeFirst();
        assertTrue(queue.add(frame.address(), LENGTH));
    }

    @Test
    void writtenFramesAreCountedByTheWorker() {
        writes(3);
        Counters counters = new Counters();
        queue.count(counters);
        queue.count(counters);
        assertEquals(3, counters.get(PortCounter.TX_FRAMES));
        assertEquals(3L * (LENGTH - FrameBuffer.HEADER), counters.get(PortCounter.TX_BYTES));
    }
}
