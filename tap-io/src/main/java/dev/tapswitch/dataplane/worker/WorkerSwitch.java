package dev.tapswitch.dataplane.worker;

import dev.tapswitch.core.bridge.Forwarder;
import dev.tapswitch.core.bridge.LearningSwitch;
import dev.tapswitch.core.bridge.SwitchSnapshot;
import io.netty.channel.IoEventLoop;
import java.util.Arrays;

/** One switch as one worker serves it: the worker's forwarder, and its queue of each port. The worker's loop alone, but for the trace. */
final class WorkerSwitch {
    private final LearningSwitch owner;
    private final Forwarder forwarder;
    private PortQueue[] queues = new PortQueue[0];
    private final ConflictTimer conflictTimer;
    /** By port it came in on: how many of its frames wait to be flooded. */
    private int[] waitingFloods = new int[0];

    private volatile Trace trace;

    /** {@code index}: the worker's; {@code loop}: that of the worker's thread. */
    WorkerSwitch(LearningSwitch owner, int index, Worker worker, IoEventLoop loop) {
        this.owner = owner;
        this.forwarder = owner.forwarder(index);
        this.conflictTimer = new ConflictTimer(worker, this, loop);
    }

    ConflictTimer conflictTimer() {
        return conflictTimer;
    }

    LearningSwitch owner() {
        return owner;
    }

    SwitchSnapshot snapshot() {
        return owner.snapshot();
    }

    Forwarder forwarder() {
        return forwarder;
    }

    /** This worker's queue of a port; null where it serves none. */
    PortQueue queue(int port) {
        return port < queues.length ? queues[port] : null;
    }

    void put(int port, PortQueue queue) {
        if (port >= queues.length) queues = Arrays.copyOf(queues, Math.max(port + 1, queues.length * 2));
        queues[port] = queue;
    }

    /** Forgets a queue, unless another has taken its port since. */
    @SuppressWarnings("ReferenceEquality") // this very queue is meant: queues have no other identity
    void remove(int port, PortQueue queue) {
        if (queue(port) == queue) queues[port] = null;
    }

    int waitingFloods(int port) {
        return port < waitingFloods.length ? waitingFloods[port] : 0;
    }

    void addWaitingFloods(int port, int frames) {
        if (port >= waitingFloods.length)
            waitingFloods = Arrays.copyOf(waitingFloods, Math.max(port + 1, waitingFloods.length * 2));
        waitingFloods[port] += frames;
    }

    Trace trace() {
        return trace;
    }

    /** Any thread. */
    void setTrace(Trace trace) {
        this.trace = trace;
    }
}
