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
import dev.tapswitch.dataplane.buffer.FrameBuffer;
import dev.tapswitch.dataplane.observe.Trace;
import dev.tapswitch.dataplane.poll.PolledQueues;
import dev.tapswitch.dataplane.punt.PuntQueue;
import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Libc;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.Executor;

/**
 * One worker's data path, run to completion on its event loop: decide on a frame, then write the same bytes to this worker's queue of each egress port.
 * Allocates nothing per frame. Must be used on the worker thread, except where stated otherwise.
 */
public final class Worker {
    /** A batch of one queue ends after this time, however few frames were read. */
    public static final long MAX_BATCH_NANOS = 1_000_000;

    private static final int HEADER = FrameBuffer.HEADER;
    private static final VarHandle WRITING;

    static {
        try {
            WRITING = MethodHandles.lookup().findVarHandle(Worker.class, "writing", PortQueue.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final PolledQueues polledQueues;
    private final WriteBatch writes;
    private final Executor loop;
    private final SlowWriter slowWriter;
    private final PortListener listener;
    private final FloodQueue floods = new FloodQueue();
    private final Segmenter segmenter = new Segmenter();
    private final WriteWatch watch = new WriteWatch();
    private final MemorySegment segment = FrameBuffer.allocate();
    private final MemorySegment reply = FrameBuffer.allocate();

    // The batch that is being forwarded.
    private WorkerSwitch sw;
    private SwitchSnapshot snapshot;
    private int inPort;
    private long batchNanos;
    private boolean hasFloodedTooMuch;

    private boolean isClosed;
    /** When the last write ended, or the batch began. */
    private long clockNanos = System.nanoTime();

    /** The queue that a system call is writing to; null if there is none. */
    @SuppressWarnings("unused") // by WRITING
    private PortQueue writing;

    /** {@code writes}: the batch that this worker's queues write through; {@code loop}: the worker's event loop. */
    public Worker(
            PolledQueues polledQueues, WriteBatch writes, Executor loop, SlowWriter slowWriter, PortListener listener) {
        this.polledQueues = polledQueues;
        this.writes = writes;
        this.loop = loop;
        this.slowWriter = slowWriter;
        this.listener = listener;
    }

    SlowWriter slowWriter() {
        return slowWriter;
    }

    public PolledQueues polledQueues() {
        return polledQueues;
    }

    /** Runs a task on the worker thread. Thread-safe. */
    void execute(Runnable task) {
        loop.execute(task);
    }

    void reportSlow(QueueBinding queue, long nanos) {
        listener.receiverIsSlow(queue.workerSwitch().owner(), queue.port(), nanos);
    }

    void reportFast(QueueBinding queue) {
        listener.receiverIsFast(queue.workerSwitch().owner(), queue.port());
    }

    /** The port that the worker is writing to now, for logs; null if it is not writing. Thread-safe. */
    public String writingTo() {
        PortQueue queue = (PortQueue) WRITING.getAcquire(this);
        return queue == null
                ? null
                : queue.binding().workerSwitch().describe(queue.binding().port());
    }

    /** Records that a system call that writes to this queue begins; null records that it has ended. */
    public void setWriting(PortQueue queue) {
        WRITING.setRelease(this, queue);
    }

    /** Must be called after all queues have stopped, or after the event loop has ended. A second call does nothing. */
    public void close() {
        isClosed = true;
        writes.close();
    }

    /** Begins a batch: {@link #forward} is called next for frames that were read from the port now. */
    public void beginBatch(WorkerSwitch from, int port) {
        long nowNanos = System.nanoTime();
        polledQueues.busyPoll().frameAt(nowNanos);
        batchNanos = nowNanos;
        hasFloodedTooMuch = false;
        clockNanos = nowNanos;
        beginBatch(from, port, nowNanos);
    }

    /** Begins a batch of frames that were not read from a queue now. */
    void beginBatch(WorkerSwitch from, int port, long nowNanos) {
        sw = from;
        snapshot = from.snapshot();
        inPort = port;
        from.forwarder().beginBatch(snapshot, port, nowNanos / 1_000_000);
    }

    /** Whether the batch has used its time. */
    public boolean isBatchOver() {
        return clockNanos - batchNanos > MAX_BATCH_NANOS;
    }

    /**
     * Whether the batch had more frames to flood than may wait. The queue must pause: reading and dropping more frames would take time from other
     * ports.
     */
    public boolean hasFloodedTooMuch() {
        return hasFloodedTooMuch;
    }

    /**
     * Forwards a frame of the batch: {@code virtio_net_hdr} and frame at {@code memory[offset, offset + length)}, with {@link FrameBuffer#HEADROOM}
     * unused bytes before them. No content makes it throw.
     */
    public void forward(MemorySegment memory, long offset, int length) {
        Forwarder forwarder = sw.forwarder();
        int frameLength = Math.max(0, length - HEADER);
        int verdict = forwarder.decide(memory, offset + HEADER, frameLength);
        Trace trace = sw.trace();
        if (trace != null) trace.record(inPort, verdict, memory, offset + HEADER, frameLength);
        if (Verdict.isPort(verdict)) send(verdict, memory, offset, frameLength);
        else if (Verdict.isPortSet(verdict)) flood(Verdict.portSet(verdict), memory, offset, frameLength);
        else if (verdict == Verdict.REPLY) sendReply();
        else if (Verdict.isPunt(verdict)) punt(Verdict.puntRule(verdict), memory.address() + offset, frameLength);
        else if (forwarder.hasConflicts()) sw.conflictTimer().arm();
    }

    /** Floods waiting frames, within the limit of one iteration of the loop; returns whether more are waiting. Must be called once per iteration. */
    public boolean floodWaiting() {
        floods.beginIteration();
        if (floods.isEmpty() || isClosed) return false;
        clockNanos = System.nanoTime();
        boolean begun = writes.begin();
        for (int copies = floods.take(); copies > 0; copies = floods.take()) floodFirst(copies);
        // No frame is added to the ring before this, so the memory of those that were removed is still intact.
        if (begun) writes.flush();
        return !floods.isEmpty();
    }

    private void floodFirst(int copies) {
        sw = floods.workerSwitch();
        snapshot = floods.snapshot();
        inPort = floods.inPort();
        int length = Math.max(0, floods.length() - HEADER);
        // The ports may have gone while the frame waited.
        if (floods.ports().isEmpty()) sw.forwarder().counters(inPort).drop(DropReason.NO_PORT);
        else sendToSome(floods.ports(), floods.nextPort(), copies, floods.memory(), floods.offset(), length);
        floods.done(copies);
        PortQueue queue = sw.queue(inPort);
        if (queue != null && FloodQueue.hasSpace(sw, inPort)) queue.resume();
    }

    private void flood(int portSet, MemorySegment memory, long offset, int length) {
        PortSet ports = snapshot.portSet(portSet);
        if (floods.admits(ports.size())) {
            boolean begun = writes.begin();
            sendToSome(ports, 0, ports.size(), memory, offset, length);
            if (begun) writes.flush();
        } else if (!floods.add(sw, inPort, portSet, memory.address() + offset, HEADER + length)) {
            sw.forwarder().counters(inPort).drop(DropReason.FLOOD_LIMIT);
            // A port without waiting frames must not pause, because nothing would resume it.
            hasFloodedTooMuch = sw.waitingFloods(inPort) > 0;
        }
    }

    private void sendToSome(PortSet ports, int first, int count, MemorySegment memory, long offset, int length) {
        for (int i = first; i < first + count; i++) send(ports.port(i), memory, offset, length);
    }

    private void sendReply() {
        Forwarder forwarder = sw.forwarder();
        long offset = FrameBuffer.HEADROOM;
        VirtioNetHeader.clear(reply, offset);
        MemorySegment.copy(forwarder.reply(), 0, reply, offset + HEADER, forwarder.replyLength());
        PortQueue queue = sw.queue(inPort);
        if (queue != null) write(queue, forwarder.counters(inPort), reply.address() + offset, forwarder.replyLength());
    }

    private void punt(int rule, long address, int length) {
        PuntQueue queue = sw.puntQueue();
        Counters counters = sw.forwarder().counters(inPort);
        boolean isQueued = queue != null && queue.add(rule, inPort, address + HEADER, length);
        if (isQueued) counters.add(PortCounter.PUNTED, 1);
        else counters.drop(DropReason.PUNT_LIMIT);
    }

    private void send(int out, MemorySegment memory, long offset, int length) {
        PortQueue queue = sw.queue(out);
        PortSettings port = snapshot.port(out);
        Counters counters = sw.forwarder().counters(out);
        if (queue == null || port == null) {
            counters.drop(DropReason.PORT_DOWN);
            return;
        }
        switch (Egress.judge(port, memory, offset, length)) {
            case Egress.AS_IS -> {
                // On a port without offload all writes are immediate, so that they stay in order with those of
                // segments.
                if (port.offload()) queue.write(counters, memory.address() + offset, length);
                else write(queue, counters, memory.address() + offset, length);
            }
            case Egress.COMPLETE -> complete(queue, counters, memory, offset, length);
            default -> counters.drop(DropReason.TOO_BIG);
        }
    }

    /** Sends to a port that accepts neither super-frames nor partial checksums. */
    private void complete(PortQueue queue, Counters counters, MemorySegment memory, long offset, int length) {
        int frames = segmenter.wrap(memory, offset, length);
        if (frames == Segmenter.BAD) {
            counters.drop(DropReason.BAD_OFFLOAD);
            return;
        }
        counters.add(frames == 1 ? PortCounter.CHECKSUMMED : PortCounter.SEGMENTED, 1);
        for (int i = 0; i < frames; i++) {
            int segmentLength = segmenter.next(i, segment, FrameBuffer.HEADROOM);
            write(queue, counters, segment.address() + FrameBuffer.HEADROOM, segmentLength);
        }
    }

    /**
     * Writes a virtio_net_hdr and the frame behind it at once, or queues them for the slow writer if the port is too slow. {@code length}: of the
     * frame without the header, bytes. A failed write is repeated, because only the repetition returns the errno.
     */
    public void write(PortQueue queue, Counters counters, long address, int length) {
        WriteGuard guard = queue.guard();
        if (!guard.isDirect()) {
            guard.defer(counters, address, HEADER + length);
            return;
        }
        boolean isWatched = guard.isWatched();
        if (isWatched) watch.start();
        setWriting(queue);
        int result = Libc.tryWrite(queue.descriptor(), address, HEADER + length);
        count(counters, result >= 0 ? result : Libc.write(queue.descriptor(), address, HEADER + length));
        setWriting(null);
        long nowNanos = System.nanoTime();
        if (isWatched) guard.wrote(watch, watch.stop());
        else guard.wrote(nowNanos - clockNanos);
        clockNanos = nowNanos;
    }

    /** Sets the time from which the next write is measured. Must be called when a batch of writes has ended, and before work that is not part of a batch. */
    public void setClock(long nowNanos) {
        clockNanos = nowNanos;
    }

    /** Counts a write by its result: bytes including the virtio header, or -errno. */
    public static void count(Counters counters, int result) {
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
