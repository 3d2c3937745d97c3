package dev.tapswitch.dataplane.worker;

import dev.tapswitch.core.bridge.Counters;
import dev.tapswitch.core.bridge.DropReason;
import dev.tapswitch.core.bridge.Egress;
import dev.tapswitch.core.bridge.Forwarder;
import dev.tapswitch.core.bridge.PortCounter;
import dev.tapswitch.core.bridge.PortSet;
import dev.tapswitch.core.bridge.PortSettings;
import dev.tapswitch.core.bridge.SwitchSnapshot;
import dev.tapswitch.core.bridge.Verdict;
import dev.tapswitch.core.frame.Segmenter;
import dev.tapswitch.core.frame.VirtioNetHeader;
import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.Executor;

/**
 * One worker's way of a frame, run to completion on its event loop: decide, then write the same bytes to each port's queue that this
 * worker owns. The loop's thread alone; nothing is allocated per frame.
 */
final class Worker {
    /** The longest frame a TAP hands over is 64 KiB of payload; the header and two tags come on top. */
    static final int BUFFER_LENGTH = 66_048;

    static final int HEADER = VirtioNetHeader.LENGTH;

    /** A queue's turn ends after this time, however few frames it has read. */
    static final long TURN_NANOS = 1_000_000;

    private static final VarHandle WRITING;

    static {
        try {
            WRITING = MethodHandles.lookup().findVarHandle(Worker.class, "writing", PortQueue.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final MemorySegment completed = Arena.ofAuto().allocate(BUFFER_LENGTH, 64);
    private final MemorySegment answer = Arena.ofAuto().allocate(HEADER + 128, 64);
    private final Segmenter segmenter = new Segmenter();
    private final PolledQueues hotQueues;
    /** Null where the loop waits with epoll. */
    private final UringBatch bursts;

    private final FloodQueue floods = new FloodQueue();
    private final WriteWatch watch = new WriteWatch();
    private final Executor loop;
    private final SlowWriter slowWriter;
    private final Workers.LinkListener listener;
    // The batch that is being forwarded.
    private WorkerSwitch lane;
    private SwitchSnapshot snapshot;
    private int inPort;

    private long turnNanos;
    private boolean isFlooded;
    private boolean isClosed;
    /** When the last write ended, or the batch began. */
    private long clockNanos = System.nanoTime();

    /** The queue that a system call writes to at this moment; null where there is none. By WRITING. */
    @SuppressWarnings("unused")
    private PortQueue writing;

    /** {@code bursts}: null where frames are read and written one by one; {@code loop}: the worker's. */
    Worker(
            PolledQueues hotQueues,
            UringBatch bursts,
            Executor loop,
            SlowWriter slowWriter,
            Workers.LinkListener listener) {
        this.hotQueues = hotQueues;
        this.bursts = bursts;
        this.loop = loop;
        this.slowWriter = slowWriter;
        this.listener = listener;
        if (bursts != null) bursts.writeSinglyWith(this);
    }

    SlowWriter slowWriter() {
        return slowWriter;
    }

    /** Runs on the worker's thread. Any thread. */
    void execute(Runnable task) {
        loop.execute(task);
    }

    void reportSlow(PortQueue queue, long nanos) {
        listener.receiverIsSlow(queue.lane().owner(), queue.port(), nanos);
    }

    void reportFast(PortQueue queue) {
        listener.receiverIsFast(queue.lane().owner(), queue.port());
    }

    /** The port that the worker is writing to at this moment, as people call it; null where it does something else. Any thread. */
    String writingTo() {
        PortQueue queue = (PortQueue) WRITING.getAcquire(this);
        if (queue == null) return null;
        PortSettings port = queue.lane().snapshot().port(queue.port());
        return port == null
                ? null
                : "port " + port.name() + " of switch " + queue.lane().owner().name();
    }

    /** A system call that writes to this queue begins; null: it has ended. */
    void isWritingTo(PortQueue queue) {
        WRITING.setRelease(this, queue);
    }

    UringBatch bursts() {
        return bursts;
    }

    PolledQueues hotQueues() {
        return hotQueues;
    }

    /** On the loop when it has stopped all its queues, or, where it could not, once it has ended. Again: nothing. */
    void close() {
        isClosed = true;
        if (bursts != null) bursts.close();
    }

    /** Begins a batch: the frames that {@link #forward} gets next were read from {@code port} now. */
    void beginBatch(WorkerSwitch sw, int port) {
        long nowNanos = System.nanoTime();
        hotQueues.busyPoll().frameAt(nowNanos);
        turnNanos = nowNanos;
        isFlooded = false;
        clockNanos = nowNanos;
        beginBatch(sw, port, nowNanos);
    }

    /** Begins a batch of frames that were not read from a queue now. */
    void beginBatch(WorkerSwitch sw, int port, long nowNanos) {
        lane = sw;
        snapshot = sw.snapshot();
        inPort = port;
        sw.forwarder().beginBatch(snapshot, port, nowNanos / 1_000_000);
    }

    /** Whether the queue that is read has had its time since {@link #beginBatch}. */
    boolean isTurnOver() {
        return clockNanos - turnNanos > TURN_NANOS;
    }

    /**
     * Whether the queue that is read has brought more frames to be flooded than may wait, since {@link #beginBatch}. It is to pause: to read and drop the rest would
     * take time that others need.
     */
    boolean isFlooded() {
        return isFlooded;
    }

    /** Floods what waits, as much as one turn of the loop may take; whether there is more. To be called once a turn. */
    boolean floodWaiting() {
        floods.beginTurn();
        if (floods.isEmpty() || isClosed) return false;
        clockNanos = System.nanoTime();
        boolean gathers = bursts != null && bursts.gather();
        for (int copies = floods.take(); copies > 0; copies = floods.take()) {
            lane = floods.lane();
            snapshot = floods.snapshot();
            inPort = floods.inPort();
            int length = Math.max(0, floods.length() - HEADER);
            if (floods.ports().isEmpty()) lane.forwarder().counters(inPort).drop(DropReason.NO_PORT);
            else flood(floods.ports(), floods.memory(), floods.offset(), length, floods.nextPort(), copies);
            floods.done(copies);
            PortQueue queue = lane.queue(inPort);
            if (queue != null && FloodQueue.hasRoom(lane, inPort)) queue.resume();
        }
        // No frame is added to the ring before this, so those that were removed are still there.
        if (gathers) bursts.flush();
        return !floods.isEmpty();
    }

    /**
     * Forwards what was read from a port: {@code virtio_net_hdr} and frame at {@code memory[offset, offset + length)}. No bytes make it
     * throw.
     */
    void forward(MemorySegment memory, long offset, int length) {
        Forwarder forwarder = lane.forwarder();
        int frameLength = Math.max(0, length - HEADER);
        int verdict = forwarder.decide(memory, offset + HEADER, frameLength);
        Trace trace = lane.trace();
        if (trace != null) trace.record(inPort, verdict, memory, offset + HEADER, frameLength);
        if (Verdict.isPort(verdict)) {
            send(verdict, memory, offset, frameLength);
        } else if (Verdict.isPortSet(verdict)) {
            flood(Verdict.portSet(verdict), memory, offset, frameLength);
        } else if (verdict == Verdict.REPLY) {
            reply();
        } else if (forwarder.hasConflicts()) {
            lane.conflictTimer().arm();
        }
    }

    private void flood(int portSet, MemorySegment memory, long offset, int length) {
        PortSet ports = snapshot.portSet(portSet);
        if (floods.admits(ports.size())) {
            boolean gathers = bursts != null && bursts.gather();
            flood(ports, memory, offset, length, 0, ports.size());
            if (gathers) bursts.flush();
        } else if (!floods.add(lane, inPort, portSet, memory.address() + offset, HEADER + length)) {
            lane.forwarder().counters(inPort).drop(DropReason.FLOOD_LIMIT);
            // A port of which nothing waits would not be resumed.
            isFlooded = lane.waitingFloods(inPort) > 0;
        }
    }

    /** Sends a frame to {@code copies} ports of a set. */
    private void flood(PortSet ports, MemorySegment memory, long offset, int length, int from, int copies) {
        for (int i = from; i < from + copies; i++) send(ports.port(i), memory, offset, length);
    }

    private void reply() {
        Forwarder forwarder = lane.forwarder();
        VirtioNetHeader.clear(answer, 0);
        MemorySegment.copy(forwarder.reply(), 0, answer, HEADER, forwarder.replyLength());
        PortQueue queue = lane.queue(inPort);
        if (queue != null) write(queue, forwarder.counters(inPort), answer.address(), forwarder.replyLength());
    }

    private void send(int out, MemorySegment memory, long offset, int length) {
        PortQueue queue = lane.queue(out);
        PortSettings port = snapshot.port(out);
        Counters counters = lane.forwarder().counters(out);
        if (queue == null || port == null) {
            counters.drop(DropReason.PORT_DOWN);
            return;
        }
        switch (Egress.judge(port, memory, offset, length)) {
            case Egress.AS_IS -> {
                // What may need cutting on other frames is written at once for all, so that they keep their order.
                if (port.offload()) queue.write(counters, memory.address() + offset, length);
                else write(queue, counters, memory.address() + offset, length);
            }
            case Egress.COMPLETE -> complete(queue, counters, memory, offset, length);
            default -> counters.drop(DropReason.TOO_BIG);
        }
    }

    /** For a port that takes neither super-frames nor partial checksums. */
    private void complete(PortQueue queue, Counters counters, MemorySegment memory, long offset, int length) {
        int frames = segmenter.wrap(memory, offset, length);
        if (frames == Segmenter.BAD) {
            counters.drop(DropReason.BAD_OFFLOAD);
            return;
        }
        counters.add(frames == 1 ? PortCounter.CHECKSUMMED : PortCounter.SEGMENTED, 1);
        for (int i = 0; i < frames; i++) {
            int segment = segmenter.next(i, completed, 0);
            write(queue, counters, completed.address(), segment);
        }
    }

    /** Writes now, unless the port is too slow for that. What failed was not written: once more, for the reason. */
    void write(PortQueue queue, Counters counters, long address, int length) {
        WriteGuard guard = queue.guard();
        if (!guard.isDirect()) {
            guard.defer(counters, address, HEADER + length);
            return;
        }
        boolean isWatched = guard.isWatched();
        if (isWatched) watch.start();
        isWritingTo(queue);
        int result = Libc.tryWrite(queue.descriptor(), address, HEADER + length);
        count(counters, result >= 0 ? result : Libc.write(queue.descriptor(), address, HEADER + length));
        isWritingTo(null);
        long nowNanos = System.nanoTime();
        if (isWatched) guard.wrote(watch, watch.stop());
        else guard.wrote(nowNanos - clockNanos);
        clockNanos = nowNanos;
    }

    /** A batch of writes has ended, or what begins now is not part of a batch. */
    void clock(long nowNanos) {
        clockNanos = nowNanos;
    }

    /** Counts a write by its result: bytes with the header, or -errno. */
    static void count(Counters counters, int result) {
        if (result >= 0) {
            counters.add(PortCounter.TX_FRAMES, 1);
            counters.add(PortCounter.TX_BYTES, result - HEADER);
        } else {
            counters.drop(reason(result));
        }
    }

    private static DropReason reason(int result) {
        return switch (-result) {
            case Errno.EIO, Errno.EBADFD, Errno.ENETDOWN, Errno.ENXIO -> DropReason.PORT_DOWN;
            case Errno.EAGAIN -> DropReason.QUEUE_FULL;
            case Errno.EINVAL -> DropReason.BAD_OFFLOAD;
            default -> DropReason.WRITE_FAILED;
        };
    }
}
