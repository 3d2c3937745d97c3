package dev.tapswitch.dataplane.worker;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What happens to frames, as it happens: workers put in, one reader takes out. Bounded; a worker never waits, what does not fit is counted as missed. */
public final class Trace {
    private static final int HEAD_LENGTH = 128;

    /**
     * One frame and what became of it.
     *
     * @param nanoTime when, as of {@link System#nanoTime}
     * @param inPort index of the port it came in on
     * @param decision as of {@link dev.tapswitch.core.bridge.Forwarder#decide}
     * @param length the whole frame's, bytes
     * @param head its first bytes, 128 at most; read-only by convention
     */
    public record Event(long nanoTime, int inPort, int decision, int length, MemorySegment head) {}

    private final ConcurrentLinkedQueue<Event> events = new ConcurrentLinkedQueue<>();
    private final AtomicInteger room;
    private final AtomicLong missed = new AtomicLong();

    /** Holds {@code capacity} events that were not taken yet. */
    public Trace(int capacity) {
        room = new AtomicInteger(capacity);
    }

    /** The next event, or null when there is none now. One reader. */
    public Event poll() {
        Event event = events.poll();
        if (event != null) room.incrementAndGet();
        return event;
    }

    /** Frames that were not shown for want of room. */
    public long missed() {
        return missed.get();
    }

    /** Workers. */
    void record(int inPort, int decision, MemorySegment memory, long offset, int length) {
        if (room.decrementAndGet() < 0) {
            room.incrementAndGet();
            missed.incrementAndGet();
            return;
        }
        byte[] head = memory.asSlice(offset, Math.min(length, HEAD_LENGTH)).toArray(ValueLayout.JAVA_BYTE);
        events.add(new Event(System.nanoTime(), inPort, decision, length, MemorySegment.ofArray(head)));
    }
}
