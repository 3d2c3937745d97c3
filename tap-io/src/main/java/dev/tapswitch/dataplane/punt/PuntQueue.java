package dev.tapswitch.dataplane.punt;

import dev.tapswitch.core.frame.EthernetFrame;
import dev.tapswitch.dataplane.buffer.FrameRing;
import dev.tapswitch.dataplane.buffer.Sleeper;
import java.lang.foreign.MemorySegment;

/** The punted frames of one worker and one switch that wait for the punt thread. */
public final class PuntQueue {
    /** Bytes; holds about 900 frames of 64 bytes, or 40 of 1,518. */
    static final int CAPACITY = 64 << 10;

    private static final int RULE_SHIFT = 16;
    private static final int PORT_MASK = (1 << RULE_SHIFT) - 1;

    private final FrameRing ring = new FrameRing(CAPACITY, 0);
    private final EthernetFrame view = new EthernetFrame();
    private final PuntReceivers receivers;
    private final Sleeper reader;

    PuntQueue(PuntReceivers receivers, Sleeper reader) {
        this.receivers = receivers;
        this.reader = reader;
    }

    /** Copies a frame for the receiver of a rule; false if the queue is full. Must be called on the worker thread. */
    public boolean add(int rule, int inPort, long address, int length) {
        if (!ring.add(address, length, rule << RULE_SHIFT | inPort)) return false;
        reader.wake();
        return true;
    }

    boolean isEmpty() {
        return ring.isEmpty();
    }

    /** Delivers the first frame; discards it if its receiver was removed. Must be called on the punt thread. */
    void deliverFirst() {
        int tag = ring.firstTag();
        MemorySegment frame = ring.memory().asSlice(ring.firstOffset(), ring.firstLength());
        view.wrap(frame, 0, ring.firstLength());
        PuntReceiver receiver = receivers.of(tag >>> RULE_SHIFT, view);
        try {
            if (receiver != null) receiver.receive(tag & PORT_MASK, frame.asReadOnly());
        } finally {
            ring.removeFirst();
        }
    }
}
