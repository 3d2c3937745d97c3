package dev.tapswitch.dataplane.observe;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A bounded queue of forwarded frames and their verdicts, from workers to one reader. A worker never waits: a frame that does not fit is counted as missed. */
public final class Trace {
    private static final int HEAD_LENGTH = 128;

    /**
     * One frame and its verdict.
     *
     * @param nanoTime the time of the decision, as {@link System#nanoTime}
     * @param inPort index of the ingress port
     * @param verdict a {@link dev.tapswitch.core.bridge.Verdict}
     * @param length the whole frame's length, bytes
     * @param head the frame's first bytes, at most 128; must not be written to
     * @param missedBefore the number of frames that were missed since the previous event
     */
    public record Event(long nanoTime, int inPort, int verdict, int length, MemorySegment head, long missedBefore) {}

    private final ConcurrentLinkedQueue<Event> events = new ConcurrentLinkedQueue<>();
    private final AtomicInteger freeEvents;
    private final AtomicLong missed = new AtomicLong();

    /** Holds at most {@code capacity} events. */
    public Trace(int capacity) {
        freeEvents = new AtomicInteger(capacity);
    }

    /** The next event, or null if there is none. Must be called by one thread. */
    public Event poll() {
        Event event = events.poll();
        if (event != null) freeEvents.incrementAndGet();
        return event;
    }

    /** The number of frames that were missed since the last event; further calls do not count them again. Thread-safe. */
    public long takeMissed() {
        return missed.get() == 0 ? 0 : missed.getAndSet(0);
    }

    /** Adds a frame. Allocates. Must be called by workers. */
    public void record(int inPort, int verdict, MemorySegment memory, long offset, int length) {
        if (freeEvents.decrementAndGet() < 0) {
            freeEvents.incrementAndGet();
            missed.incrementAndGet();
            return;
        }
        byte[] head = memory.asSlice(offset, Math.min(length, HEAD_LENGTH)).toArray(ValueLayout.JAVA_BYTE);
        events.add(new Event(System.nanoTime(), inPort, verdict, length, MemorySegment.ofArray(head), takeMissed()));
    }
}
