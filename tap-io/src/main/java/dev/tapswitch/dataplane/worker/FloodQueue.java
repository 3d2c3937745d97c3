package dev.tapswitch.dataplane.worker;

import dev.tapswitch.core.bridge.PortSet;
import dev.tapswitch.core.bridge.SwitchSnapshot;
import dev.tapswitch.dataplane.buffer.FrameBuffer;
import dev.tapswitch.dataplane.buffer.FrameRing;
import java.lang.foreign.MemorySegment;

/**
 * A worker's flooded frames that wait. A flooded frame costs one write per port, so only a limited number of copies is written in one iteration of the
 * event loop; further frames are copied here and written in the following iterations. Unicast frames never wait for them: flooding uses the time that
 * is left. Must be used on the worker thread.
 */
final class FloodQueue {
    /** Maximum number of copies per iteration: about a quarter of a millisecond with io_uring, one millisecond with epoll. */
    static final int MAX_COPIES = 256;

    /** A frame to at most this many ports costs little more than a unicast frame, and is deferred only if other frames wait. */
    static final int FEW_COPIES = 4;

    /** Maximum number of waiting copies of one ingress port's frames, so that no port delays the flooding of others for long. */
    static final int COPIES_PER_PORT = 8_192;

    /**
     * An ingress port may always have this many frames waiting, however many copies they need: the frames that a station sends when it starts must be
     * forwarded.
     */
    static final int MIN_FRAMES_PER_PORT = 16;

    private static final int CAPACITY = 2 << 20;
    private static final int MAX_FRAMES = 1 << 14;

    private final FrameRing ring = new FrameRing(CAPACITY, FrameBuffer.HEADROOM);
    // By frame, in the order of the ring.
    private final WorkerSwitch[] switches = new WorkerSwitch[MAX_FRAMES];
    private final int[] inPorts = new int[MAX_FRAMES];

    private int first;
    private int count;
    private int copiesLeft = MAX_COPIES;

    // Of the first frame; null until it is taken for the first time.
    private SwitchSnapshot snapshot;
    private PortSet ports;
    /** The index in {@code ports} of the next port to write to. */
    private int nextPort;

    boolean isEmpty() {
        return count == 0;
    }

    void beginIteration() {
        copiesLeft = MAX_COPIES;
    }

    /** Whether a frame may be flooded to {@code copies} ports now. If so, deducts the copies from the limit of this iteration. */
    boolean admits(int copies) {
        if (count > 0) return false;
        if (copies <= FEW_COPIES) return true;
        if (copies > copiesLeft) return false;
        copiesLeft -= copies;
        return true;
    }

    /** Adds a frame that begins with a virtio header; false if too many frames are waiting. */
    boolean add(WorkerSwitch sw, int inPort, int portSet, long address, int length) {
        boolean isFull = sw.waitingFloods(inPort) >= share(sw, inPort) || count == MAX_FRAMES;
        if (isFull || !ring.add(address, length, portSet)) return false;
        int index = first + count++ & MAX_FRAMES - 1;
        switches[index] = sw;
        inPorts[index] = inPort;
        sw.addWaitingFloods(inPort, 1);
        return true;
    }

    /**
     * Takes the first frame, or continues with it. Returns the number of ports to write to, from {@link #nextPort} on; 0 if no frame waits or the
     * limit of this iteration is reached.
     */
    int take() {
        if (count == 0 || copiesLeft == 0) return 0;
        if (snapshot == null) {
            snapshot = workerSwitch().snapshot();
            ports = snapshot.portSet(ring.firstTag());
            nextPort = 0;
        }
        int copies = Math.max(1, Math.min(copiesLeft, ports.size() - nextPort));
        copiesLeft -= copies;
        return copies;
    }

    /** The copies that {@link #take} returned were written. */
    void done(int copies) {
        nextPort += copies;
        if (nextPort < ports.size()) return;
        workerSwitch().addWaitingFloods(inPort(), -1);
        switches[first] = null;
        snapshot = null;
        ring.removeFirst();
        first = first + 1 & MAX_FRAMES - 1;
        count--;
    }

    /** How many frames of one port may wait. */
    private static int share(WorkerSwitch sw, int inPort) {
        // The port set of broadcasts from a port has the number of the port. No other set is larger.
        int copies = sw.snapshot().portSet(inPort).size();
        return Math.max(MIN_FRAMES_PER_PORT, COPIES_PER_PORT / Math.max(1, copies));
    }

    /** Whether at least half of a port's share is free. */
    static boolean hasSpace(WorkerSwitch sw, int inPort) {
        return sw.waitingFloods(inPort) <= share(sw, inPort) / 2;
    }

    // The first frame.

    WorkerSwitch workerSwitch() {
        return switches[first];
    }

    int inPort() {
        return inPorts[first];
    }

    SwitchSnapshot snapshot() {
        return snapshot;
    }

    PortSet ports() {
        return ports;
    }

    int nextPort() {
        return nextPort;
    }

    MemorySegment memory() {
        return ring.memory();
    }

    long offset() {
        return ring.firstOffset();
    }

    int length() {
        return ring.firstLength();
    }
}
