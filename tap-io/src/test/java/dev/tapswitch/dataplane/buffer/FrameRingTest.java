package dev.tapswitch.dataplane.buffer;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class FrameRingTest {
    private static final int CAPACITY = 4_096;

    private final FrameRing ring = new FrameRing(CAPACITY, 0);
    private final MemorySegment memory = Arena.ofAuto().allocate(CAPACITY);

    @Test
    void framesAreRemovedInTheOrderTheyWereAdded() {
        var random = new Random(7);
        Deque<byte[]> expected = new ArrayDeque<>();
        for (int i = 0; i < 100_000; i++) {
            byte[] frame = new byte[random.nextInt(random.nextBoolean() ? 100 : 1_500)];
            random.nextBytes(frame);
            if (random.nextInt(3) > 0 && add(frame)) expected.add(frame);
            if (random.nextInt(3) > 0 && !expected.isEmpty()) assertArrayEquals(expected.remove(), remove());
            assertEquals(expected.isEmpty(), ring.isEmpty());
        }
        while (!expected.isEmpty()) assertArrayEquals(expected.remove(), remove());
        assertTrue(ring.isEmpty());
    }

    @Test
    void aFullRingRefusesFramesUntilOneIsRemoved() {
        byte[] frame = new byte[1_000];
        int frames = 0;
        while (add(frame)) frames++;
        assertEquals(CAPACITY / 1_008, frames);
        assertFalse(add(frame));
        remove();
        assertTrue(add(frame));
    }

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void oneThreadAddsWhileAnotherRemoves() throws InterruptedException {
        int frames = 50_000;
        Thread adding = Thread.ofPlatform().daemon().start(() -> {
            for (int i = 0; i < frames; i++) {
                byte[] frame = new byte[1 + i % 300];
                java.util.Arrays.fill(frame, (byte) i);
                while (!add(frame)) Thread.onSpinWait();
            }
        });
        for (int i = 0; i < frames; i++) {
            while (ring.isEmpty()) Thread.onSpinWait();
            byte[] frame = remove();
            assertEquals(1 + i % 300, frame.length);
            assertEquals((byte) i, frame[0]);
            assertEquals((byte) i, frame[frame.length - 1]);
        }
        adding.join();
        assertTrue(ring.isEmpty());
    }

    private boolean add(byte[] frame) {
        MemorySegment.copy(frame, 0, memory, JAVA_BYTE, 0, frame.length);
        return ring.add(memory.address(), frame.length, 0);
    }

    private byte[] remove() {
        byte[] frame =
                ring.memory().asSlice(ring.firstOffset(), ring.firstLength()).toArray(JAVA_BYTE);
        ring.removeFirst();
        return frame;
    }

    @Test
    void theHeadroomOfAFrameBelongsToNoOtherFrame() {
        FrameRing withHeadroom = new FrameRing(CAPACITY, 64);
        byte[][] frames = new byte[3][];
        for (int i = 0; i < frames.length; i++) {
            frames[i] = new byte[100 + i];
            java.util.Arrays.fill(frames[i], (byte) (i + 1));
            MemorySegment.copy(frames[i], 0, memory, JAVA_BYTE, 0, frames[i].length);
            assertTrue(withHeadroom.add(memory.address(), frames[i].length, 10 + i));
        }
        for (int i = 0; i < frames.length; i++) {
            long offset = withHeadroom.firstOffset();
            withHeadroom.memory().asSlice(offset - 64, 64).fill((byte) 0xEE);
            assertEquals(10 + i, withHeadroom.firstTag());
            assertEquals(frames[i].length, withHeadroom.firstLength());
            assertArrayEquals(
                    frames[i],
                    withHeadroom.memory().asSlice(offset, frames[i].length).toArray(JAVA_BYTE));
            withHeadroom.removeFirst();
        }
        assertTrue(withHeadroom.isEmpty());
    }
}
