package dev.tapswitch.dataplane.worker;

import dev.tapswitch.core.bridge.PortSet;
import dev.tapswitch.core.bridge.SwitchSnapshot;
import java.lang.foreign.MemorySegment;

/**
 * A worker's flooded frames that wait. A flooded frame costs a write for each port, so in one turn of the loop only so many copies are written; what
 * exceeds that is copied here and written in the turns that follow. Frames to one port never wait for that: flooding has the time that they leave.
 * Worker thread.
 */
final class FloodQueue {
    /** In one turn of the loop: about a quarter of a millisecond with io_uring, one with epoll. */
    static final int COPIES_A_TURN = 256;

    /** A frame to so few ports costs hardly more than one to one port, and never waits if it is the first. */
    static final int FEW_COPIES = 4;

    /** Each port may have so many copies waiting, so that none delays the others' floods for long ... */
    static final int COPIES_A_PORT = 8_192;

    /** ... but always so many frames: what a station sends when it starts must come through, however many ports there are. */
    static final int FRAMES_A_PORT = 16;

    private static final int CAPACITY = 2 << 20;
    private static final int MAX_FRAMES = 1 << 14;

    private final FrameRing ring = new FrameRing(CAPACITY);
    /** By frame, in the order of the ring: the switch it is flooded in, and the port it came in on. */
    private final WorkerSwitch[] lanes = new WorkerSwitch[MAX_FRAMES];

    private final int[] inPorts = new int[MAX_FRAMES];
    /** By frame: the number of the port set that it is flooded to. */
    private final int[] portSets = new int[MAX_FRAMES];

    private int first;
    private int count;
    private int copiesLeft = COPIES_A_TURN;
    /** Of the first frame: the ports that it is flooded to, and the index of the next one. Null until it is first taken. */
    private SwitchSnapshot snapshot;

    private PortSet ports;

    private int nextPort;

    boolean isEmpty() {
        return count == 0;
    }

    void beginTurn() {
        copiesLeft = COPIES_A_TURN;
    }

    /** Whether a frame may be flooded to so many ports now; if so, it is taken for done. */
    boolean admits(int copies) {
        if (count > 0) return false;
        if (copies <= FEW_COPIES) return true;
        if (copies > copiesLeft) return false;
        copiesLeft -= copies;
        return true;
    }

    /** Has a frame wait; false where too many wait already. */
    boolean add(WorkerSwitch lane, int inPort, int portSet, long address, int length) {
        if (lane.waitingFloods(inPort) >= share(lane, inPort) || count == MAX_FRAMES || !ring.add(address, length))
            return false;
        int index = first + count++ & MAX_FRAMES - 1;
        lanes[index] = lane;
        inPorts[index] = inPort;
        portSets[index] = portSet;
        lane.addWaitingFloods(inPort, 1);
        return true;
    }

    /** Begins or goes on with the first frame: how many of its ports are to be written to from {@link #nextPort} on; 0 when the turn is over. */
    int take() {
        if (count == 0 || copiesLeft == 0) return 0;
        if (snapshot == null) {
            snapshot = lane().snapshot();
            ports = snapshot.portSet(portSets[first]);
            nextPort = 0;
        }
        int copies = Math.max(1, Math.min(copiesLeft, ports.size() - nextPort));
        copiesLeft -= copies;
        return copies;
    }

    /** So many were written to, as {@link #take} answered. */
    void done(int copies) {
        nextPort += copies;
        if (nextPort < ports.size()) return;
        lane().addWaitingFloods(inPort(), -1);
        lanes[first] = null;
        snapshot = null;
        ring.removeFirst();
        first = first + 1 & MAX_FRAMES - 1;
        count--;
    }

    /** How many frames of one port may wait. */
    private static int share(WorkerSwitch lane, int inPort) {
        // The set that broadcasts of the port go to has the same number as the port. No other set is larger.
        int copies = lane.snapshot().portSet(inPort).size();
        return Math.max(FRAMES_A_PORT, COPIES_A_PORT / Math.max(1, copies));
    }

    /** Whether half of what one port may have waiting is free again. */
    static boolean hasRoom(WorkerSwitch lane, int inPort) {
        return lane.waitingFloods(inPort) <= share(lane, inPort) / 2;
    }

    WorkerSwitch lane() {
        return lanes[first];
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
