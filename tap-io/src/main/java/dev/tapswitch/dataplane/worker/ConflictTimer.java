package dev.tapswitch.dataplane.worker;

import dev.tapswitch.core.bridge.ConflictStep;
import dev.tapswitch.core.bridge.Forwarder;
import dev.tapswitch.core.bridge.SwitchSnapshot;
import dev.tapswitch.core.frame.VirtioNetHeader;
import io.netty.channel.IoEventLoop;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;

/**
 * Takes a switch's steps about addresses that two stations claim, by a timer on the worker's loop, as no frame may come by itself. The timer runs
 * only while there is a conflict. Must be called on the worker thread.
 */
final class ConflictTimer implements Runnable {
    private static final int PERIOD_MS = 50;

    private final Worker worker;
    private final WorkerSwitch lane;
    private final IoEventLoop loop;
    private MemorySegment buffer;
    private boolean isArmed;

    ConflictTimer(Worker worker, WorkerSwitch lane, IoEventLoop loop) {
        this.worker = worker;
        this.lane = lane;
        this.loop = loop;
    }

    /** A claim was held. */
    void arm() {
        if (isArmed || loop.isShuttingDown()) return;
        isArmed = true;
        loop.execute(this);
    }

    @Override
    public void run() {
        Forwarder forwarder = lane.forwarder();
        SwitchSnapshot snapshot = lane.snapshot();
        long nowNanos = System.nanoTime();
        worker.clock(nowNanos);
        long nowMs = nowNanos / 1_000_000;
        for (ConflictStep step = forwarder.nextStep(snapshot, nowMs);
                step != null;
                step = forwarder.nextStep(snapshot, nowMs)) {
            take(step, nowNanos);
        }
        isArmed = forwarder.hasConflicts() && !loop.isShuttingDown();
        if (!isArmed) return;
        var _ = loop.schedule(this, PERIOD_MS, TimeUnit.MILLISECONDS);
    }

    private void take(ConflictStep step, long nowNanos) {
        switch (step) {
            case ConflictStep.Probe(var port, var frame, var length) -> {
                PortQueue queue = lane.queue(port);
                if (queue == null) return;
                worker.write(
                        queue,
                        lane.forwarder().counters(port),
                        copy(frame, length).address(),
                        length);
            }
            case ConflictStep.Release(var port, var frame, var length) -> {
                worker.beginBatch(lane, port, nowNanos);
                worker.forward(copy(frame, length), 0, Worker.HEADER + length);
            }
        }
    }

    /** Behind a virtio header that says nothing. */
    private MemorySegment copy(MemorySegment frame, int length) {
        if (buffer == null || buffer.byteSize() < Worker.HEADER + length)
            buffer = Arena.ofAuto().allocate(Worker.HEADER + frame.byteSize(), 8);
        VirtioNetHeader.clear(buffer, 0);
        MemorySegment.copy(frame, 0, buffer, Worker.HEADER, length);
        return buffer;
    }
}
