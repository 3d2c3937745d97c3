package dev.tapswitch.dataplane.uring;

import dev.tapswitch.core.bridge.Counters;
import dev.tapswitch.dataplane.buffer.FrameBuffer;
import dev.tapswitch.dataplane.worker.PortQueue;
import dev.tapswitch.dataplane.worker.QueueBinding;
import dev.tapswitch.dataplane.worker.Worker;
import dev.tapswitch.dataplane.worker.WriteGuard;
import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.sys.Linux;
import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringIoOps;
import java.lang.foreign.MemorySegment;

/**
 * A queue served by an io_uring event loop. While idle it holds one pending POLL_ADD in the loop's ring. When this completes, frames are read: single or
 * large frames by read(2) and write(2), in one buffer that stays in the cache; many small frames in bursts through the worker's own ring. A queue
 * that has used its budget submits POLL_ADD again, behind all other queues.
 */
public final class UringPortQueue implements PortQueue, IoUringIoHandle {
    // include/uapi/linux/io_uring.h
    private static final byte POLL_ADD = 6;
    private static final byte ASYNC_CANCEL = 14;

    /** Small frames in a row before burst mode starts. */
    private static final int BURST_AFTER = 4;

    private static final int FIRST_BURST = 16;
    /** Frames of at least this length (super-frames) are read one by one into the buffer that is in the cache. Jumbo frames gain more from bursts. */
    private static final int LARGE_FRAME = 16_384;
    /** Maximum number of single frames per batch, unless they take too long ({@link Worker#isBatchOver}), so that other ports don't wait for a flood on this one. */
    private static final int READ_BUDGET = 64;

    private static final int MAX_BURSTS = 2;

    private final QueueBinding binding;
    private final int fd;
    private final Worker worker;
    private final UringBatch batch;
    private final boolean takesBursts;
    private final IoUringIoOps pollOps;
    private final WriteGuard guard;
    private IoRegistration registration;
    /** The descriptor's number in the worker's ring, or NO_FILE: then a system call reads or writes each frame. */
    private int file = UringBatch.NO_FILE;

    private long pollId;
    private boolean isPollPending;
    private boolean isPaused;
    private boolean isUnregistered;
    private Runnable onStopped = () -> {};
    /** How many frames to read in the next burst; 0 for single reads. */
    private int burst;
    /** The result of the last read that returned no frame; 1 if all reads of a burst returned one. */
    private int lastResult;

    /** {@code batch}: shared by the worker's queues; {@code takesBursts}: whether this queue may use it. */
    public UringPortQueue(QueueBinding binding, UringBatch batch, boolean takesBursts) {
        this.binding = binding;
        this.fd = binding.descriptor();
        this.worker = binding.worker();
        this.batch = batch;
        this.takesBursts = takesBursts;
        this.pollOps = ops(POLL_ADD, fd, 0, Linux.POLLIN);
        this.guard = new WriteGuard(this);
    }

    @Override
    public QueueBinding binding() {
        return binding;
    }

    @Override
    public WriteGuard guard() {
        return guard;
    }

    @Override
    public void start(IoRegistration started) {
        registration = started;
        file = takesBursts ? batch.register(fd) : UringBatch.NO_FILE;
        binding.workerSwitch().put(binding.port(), this);
        arm();
    }

    @Override
    public void stop(Runnable stopped) {
        onStopped = stopped;
        binding.workerSwitch().remove(binding.port(), this);
        worker.polledQueues().remove(this);
        guard.stop();
        if (isUnregistered) {
            onStopped.run();
            return;
        }
        batch.unregister(file);
        file = UringBatch.NO_FILE;
        if (isPollPending && registration.isValid()) registration.submit(ops(ASYNC_CANCEL, -1, pollId, 0));
        registration.cancel();
    }

    /** Called by the event loop when no operation of this queue is pending any more. */
    @Override
    public void unregistered() {
        isUnregistered = true;
        onStopped.run();
    }

    @Override
    public void handle(IoRegistration ignored, IoEvent event) {
        // The completion of a cancellation adds nothing to that of the cancelled operation.
        if (((IoUringIoEvent) event).opcode() != POLL_ADD) return;
        isPollPending = false;
        if (!registration.isValid()) return;
        int frames = forwardAll(true);
        if (lastResult == -Errno.EBADFD) {
            stop(onStopped);
            binding.onDeviceLost().run();
        } else if (!isPaused && (frames == 0 || !worker.polledQueues().add(this))) {
            arm();
        }
    }

    @Override
    public boolean poll() {
        return forwardAll(false) > 0;
    }

    @Override
    public void arm() {
        pollId = registration.submit(pollOps);
        isPollPending = true;
    }

    @Override
    public void pause() {
        isPaused = true;
        worker.polledQueues().remove(this);
    }

    @Override
    public void resume() {
        if (!isPaused) return;
        isPaused = false;
        arm();
    }

    /**
     * Reads and forwards frames until there are none or the budget is used; returns how many.
     *
     * @param isReady whether the kernel has reported the queue, so that a read which returns no frame must return the reason
     */
    private int forwardAll(boolean isReady) {
        MemorySegment memory = batch.memory();
        long offset = UringBatch.offset(0);
        long address = memory.address() + offset;
        int frames = 0;
        lastResult = 0;
        while (burst == 0
                && frames < READ_BUDGET
                && (frames == 0 || !worker.isBatchOver() && !worker.hasFloodedTooMuch())) {
            int length = isReady && frames == 0
                    ? Libc.read(fd, address, FrameBuffer.MAX_LENGTH)
                    : Libc.tryRead(fd, address, FrameBuffer.MAX_LENGTH);
            if (length <= 0) {
                lastResult = length;
                return frames;
            }
            if (frames == 0) worker.beginBatch(binding.workerSwitch(), binding.port());
            worker.forward(memory, offset, length);
            frames++;
            if (file != UringBatch.NO_FILE && frames == BURST_AFTER && length < LARGE_FRAME) burst = FIRST_BURST;
        }
        if (burst > 0) frames += forwardBursts();
        if (frames > 0 && worker.hasFloodedTooMuch()) pause();
        return frames;
    }

    /** Each burst's writes and the next burst's reads are one system call. */
    private int forwardBursts() {
        int frames = 0;
        long began = System.nanoTime();
        for (int left = MAX_BURSTS; left > 0 && burst > 0; left--) {
            int asked = burst;
            if (!batch.read(file, asked)) {
                burst = 0;
                break;
            }
            frames += forwardBurst(asked);
            if (lastResult <= 0 || worker.hasFloodedTooMuch()) break;
        }
        batch.flush();
        // Frames that take long are read one by one, and the time is checked after each.
        if (System.nanoTime() - began > Worker.MAX_BATCH_NANOS) burst = 0;
        return frames;
    }

    /** Forwards the frames that a burst has read; returns how many. */
    private int forwardBurst(int asked) {
        batch.begin();
        int frames = 0;
        long bytes = 0;
        lastResult = 1;
        for (int slot = 0; slot < asked; slot++) {
            int length = batch.length(slot);
            if (length <= 0) {
                // A later slot may have a frame that arrived between two reads.
                lastResult = length;
                continue;
            }
            if (frames == 0) worker.beginBatch(binding.workerSwitch(), binding.port());
            worker.forward(batch.memory(), UringBatch.offset(slot), length);
            frames++;
            bytes += length;
        }
        burst = next(asked, frames, bytes);
        return frames;
    }

    private static int next(int asked, int frames, long bytes) {
        if (frames <= BURST_AFTER || bytes >= (long) frames * LARGE_FRAME) return 0;
        if (frames == asked) return Math.min(UringBatch.MAX_READS, asked * 2);
        return Math.max(FIRST_BURST, Integer.highestOneBit(frames));
    }

    @Override
    public void write(Counters counters, long address, int length) {
        boolean isCollected =
                file != UringBatch.NO_FILE && batch.isCollecting() && !guard.isWatched() && guard.isDirect();
        if (isCollected) batch.write(this, file, counters, address, FrameBuffer.HEADER + length);
        else worker.write(this, counters, address, length);
    }

    @Override
    public void close() {
        // Both interfaces declare it: see PortQueue.
    }

    private static IoUringIoOps ops(byte opcode, int fd, long address, int flags) {
        return new IoUringIoOps(opcode, (byte) 0, (short) 0, fd, 0, address, 0, flags, 0L, (short) 0, (short) 0, 0, 0);
    }
}
