package dev.tapswitch.dataplane.worker;

import dev.tapswitch.core.bridge.ConflictStep;
import dev.tapswitch.core.bridge.Forwarder;
import dev.tapswitch.core.bridge.SwitchSnapshot;
import dev.tapswitch.core.frame.VirtioNetHeader;
import dev.tapswitch.dataplane.buffer.FrameBuffer;
import io.netty.channel.IoEventLoop;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;

/**
 * Executes a switch's steps about addresses that two stations claim, by a timer on the event loop, because no frame may arrive that would trigger them.
 * The timer runs only while there is a conflict. Must be used on the worker thread.
 */
final class ConflictTimer implements Runnable {
    private static final int PERIOD_MS = 50;
    private static final long OFFSET = FrameBuffer.HEADROOM;
    private static final int HEADER = FrameBuffer.HEADER;

    private final Worker worker;
    private final WorkerSwitch sw;
    private final IoEventLoop loop;
    /** Allocated when first needed: most switches have no conflict. */
    private MemorySegment buffer;

    private boolean isArmed;

    ConflictTimer(Worker worker, WorkerSwitch sw, IoEventLoop loop) {
        this.worker = worker;
        this.sw = sw;
        this.loop = loop;
    }

    /** Must be called when a claim was held. */
    void arm() {
        if (isArmed || loop.isShuttingDown()) return;
        isArmed = true;
        loop.execute(this);
    }

    @Override
    public void run() {
        Forwarder forwarder = sw.forwarder();
        SwitchSnapshot snapshot = sw.snapshot();
        long nowNanos = System.nanoTime();
        worker.setClock(nowNanos);
        long nowMs = nowNanos / 1_000_000;
        for (ConflictStep step = forwarder.nextStep(snapshot, nowMs);
                step != null;
                step = forwarder.nextStep(snapshot, nowMs)) {
            execute(step, nowNanos);
        }
        isArmed = forwarder.hasConflicts() && !loop.isShuttingDown();
        if (!isArmed) return;
        var _ = loop.schedule(this, PERIOD_MS, TimeUnit.MILLISECONDS);
    }

    private void execute(ConflictStep step, long nowNanos) {
        switch (step) {
            case ConflictStep.Probe(var port, var frame, var length) -> {
                PortQueue queue = sw.queue(port);
                if (queue == null) return;
                copy(frame, length);
                worker.write(queue, sw.forwarder().counters(port), buffer.address() + OFFSET, length);
            }
            case ConflictStep.Release(var port, var frame, var length) -> {
                copy(frame, length);
                worker.beginBatch(sw, port, nowNanos);
                worker.forward(buffer, OFFSET, HEADER + length);
            }
        }
    }

    /** Copies a frame to the buffer, behind an empty virtio header. */
    private void copy(MemorySegment frame, int length) {
        if (buffer == null) buffer = FrameBuffer.allocate();
        VirtioNetHeader.clear(buffer, OFFSET);
        MemorySegment.copy(frame, 0, buffer, OFFSET + HEADER, length);
    }
}
