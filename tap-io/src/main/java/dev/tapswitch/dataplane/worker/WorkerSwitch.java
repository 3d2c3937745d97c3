package dev.tapswitch.dataplane.worker;

import dev.tapswitch.core.bridge.Forwarder;
import dev.tapswitch.core.bridge.LearningSwitch;
import dev.tapswitch.core.bridge.PortSettings;
import dev.tapswitch.core.bridge.SwitchSnapshot;
import dev.tapswitch.dataplane.observe.Trace;
import dev.tapswitch.dataplane.punt.PuntQueue;
import io.netty.channel.IoEventLoop;
import java.util.Arrays;

/**
 * One switch as one worker serves it: the worker's forwarder, and its queue of each port. Must be used on the worker thread, except where stated
 * otherwise.
 */
public final class WorkerSwitch {
    private final LearningSwitch owner;
    private final Forwarder forwarder;
    private PortQueue[] queues = new PortQueue[0];
    private final ConflictTimer conflictTimer;
    /** By ingress port: the number of its frames that wait to be flooded. */
    private int[] waitingFloods = new int[0];

    private volatile Trace trace;
    private volatile PuntQueue puntQueue;

    /** {@code index}: the worker's number; {@code loop}: the worker's event loop. */
    public WorkerSwitch(LearningSwitch owner, int index, Worker worker, IoEventLoop loop) {
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

    /** A port's name with that of its switch, for logs; null if the port was removed. Thread-safe. */
    String describe(int port) {
        PortSettings settings = snapshot().port(port);
        return settings == null ? null : "port " + settings.name() + " of switch " + owner.name();
    }

    /** This worker's queue of a port; null if it serves none. */
    PortQueue queue(int port) {
        return port < queues.length ? queues[port] : null;
    }

    /** From now on frames to the port are written to this queue. */
    public void put(int port, PortQueue queue) {
        if (port >= queues.length) queues = Arrays.copyOf(queues, Math.max(port + 1, queues.length * 2));
        queues[port] = queue;
    }

    /** Removes a queue, unless another queue has replaced it. */
    @SuppressWarnings("ReferenceEquality") // queues have no identity but the reference
    public void remove(int port, PortQueue queue) {
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

    /** The trace that records frames; null for none. */
    Trace trace() {
        return trace;
    }

    /** Thread-safe. */
    public void setTrace(Trace trace) {
        this.trace = trace;
    }

    /** The queue for punted frames; null until a receiver is registered. */
    PuntQueue puntQueue() {
        return puntQueue;
    }

    /** Thread-safe. */
    public void setPuntQueue(PuntQueue queue) {
        this.puntQueue = queue;
    }
}
