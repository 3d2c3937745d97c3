package dev.tapswitch.dataplane.worker;

import dev.tapswitch.core.bridge.Counters;
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
 * A queue on a loop that waits with io_uring: idle, it is one poll in the loop's ring. When that answers, frames are moved: few frames, or
 * large ones, by read(2) and write(2) one after the other, in one buffer that stays in the cache; many small ones in bursts through the
 * worker's own ring. A queue that has had its budget polls again, behind all others.
 */
final class UringPortQueue implements PortQueue, IoUringIoHandle {
    // include/uapi/linux/io_uring.h
    private static final byte POLL_ADD = 6;
    private static final byte ASYNC_CANCEL = 14;

    /** So many small frames in a row, one by one, say that there are more. */
    private static final int FEW = 4;

    private static final int FIRST_BURST = 16;
    /** Bytes from which on a frame (a super-frame) is better read into the one buffer that is in the cache; jumbo frames gain more by bursts. */
    private static final int LARGE = 16_384;
    /** Frames at one go, one by one, and bursts at one go, unless they take too long ({@link Worker#isTurnOver}); a flood on one port keeps another waiting for no more than these. */
    private static final int BUDGET = 64;

    private static final int BURSTS = 2;

    private final int fd;
    private final int port;
    private final Worker worker;
    private final WorkerSwitch lane;
    private final UringBatch bursts;
    private final boolean takesBursts;
    private final Runnable gone;
    private final IoUringIoOps pollOps;
    private final WriteGuard guard;
    private IoRegistration registration;
    /** Its name in the worker's ring, or none: then all goes one by one. */
    private int file = UringBatch.NO_FILE;

    private long poll;
    private boolean isPolling;
    private boolean isPaused;
    private boolean isUnregistered;
    private Runnable stopped = () -> {};
    /** How many frames to ask for at once; 0 for one by one. */
    private int burst;
    /** What the last read answered that brought nothing; more than 0 when all of a burst's did. */
    private int last;

    /**
     * {@code bursts}: the worker's, shared by its queues; {@code takesBursts}: whether this one may use them; {@code gone}: told on the loop when the
     * device has vanished.
     */
    UringPortQueue(
            int fd, int port, Worker worker, WorkerSwitch lane, UringBatch bursts, boolean takesBursts, Runnable gone) {
        this.fd = fd;
        this.port = port;
        this.worker = worker;
        this.lane = lane;
        this.bursts = bursts;
        this.takesBursts = takesBursts;
        this.gone = gone;
        this.pollOps = ops(POLL_ADD, fd, 0, Linux.POLLIN);
        this.guard = new WriteGuard(this, worker);
    }

    @Override
    public void start(IoRegistration started) {
        registration = started;
        file = takesBursts ? bursts.register(fd) : UringBatch.NO_FILE;
        lane.put(port, this);
        poll();
    }

    @Override
    public void stop(Runnable whenStopped) {
        stopped = whenStopped;
        lane.remove(port, this);
        worker.hotQueues().remove(this);
        guard.stop();
        if (isUnregistered) {
            stopped.run();
            return;
        }
        bursts.unregister(file);
        file = UringBatch.NO_FILE;
        if (isPolling && registration.isValid()) registration.submit(ops(ASYNC_CANCEL, -1, poll, 0));
        registration.cancel();
    }

    /** Nothing of this queue is under way any more. */
    @Override
    public void unregistered() {
        isUnregistered = true;
        stopped.run();
    }

    @Override
    public void handle(IoRegistration ignored, IoEvent event) {
        // The cancellation's own completion tells nothing that the poll's does not.
        if (((IoUringIoEvent) event).opcode() != POLL_ADD) return;
        isPolling = false;
        if (!registration.isValid()) return;
        int frames = move(true);
        if (last == -Errno.EBADFD) {
            stop(stopped);
            gone.run();
        } else if (!isPaused && (frames == 0 || !worker.hotQueues().add(this))) {
            poll();
        }
    }

    @Override
    public boolean look() {
        return move(false) > 0;
    }

    @Override
    public void rest() {
        poll();
    }

    @Override
    public void pause() {
        isPaused = true;
        worker.hotQueues().remove(this);
    }

    @Override
    public void resume() {
        if (!isPaused) return;
        isPaused = false;
        poll();
    }

    /** Moves frames until there are none or the budget is used up; how many. {@code isTold}: something is there, and if not frames, then a reason. */
    private int move(boolean isTold) {
        MemorySegment memory = bursts.memory();
        int frames = 0;
        last = 0;
        while (burst == 0 && frames < BUDGET && (frames == 0 || !worker.isTurnOver() && !worker.isFlooded())) {
            int length = isTold && frames == 0
                    ? Libc.read(fd, memory.address(), Worker.BUFFER_LENGTH)
                    : Libc.tryRead(fd, memory.address(), Worker.BUFFER_LENGTH);
            if (length <= 0) {
                last = length;
                return frames;
            }
            if (frames == 0) worker.beginBatch(lane, port);
            worker.forward(memory, 0, length);
            frames++;
            if (file != UringBatch.NO_FILE && frames == FEW && length < LARGE) burst = FIRST_BURST;
        }
        if (burst > 0) frames += moveBursts();
        if (frames > 0 && worker.isFlooded()) pause();
        return frames;
    }

    /** Each burst's writes and the next one's reads are one system call. */
    private int moveBursts() {
        int frames = 0;
        long began = System.nanoTime();
        for (int left = BURSTS; left > 0 && burst > 0; left--) {
            int asked = burst;
            if (!bursts.read(file, asked)) {
                burst = 0;
                break;
            }
            frames += forwardBurst(asked);
            if (last <= 0 || worker.isFlooded()) break;
        }
        bursts.flush();
        // Frames that take long are read one by one, and the clock says when it is the others' turn.
        if (System.nanoTime() - began > Worker.TURN_NANOS) burst = 0;
        return frames;
    }

    /** Forwards what a burst of reads brought; how many frames. */
    private int forwardBurst(int asked) {
        bursts.gather();
        int frames = 0;
        long bytes = 0;
        last = 1;
        for (int slot = 0; slot < asked; slot++) {
            int length = bursts.length(slot);
            if (length <= 0) {
                // What comes between two reads is brought by those that follow.
                last = length;
                continue;
            }
            if (frames == 0) worker.beginBatch(lane, port);
            worker.forward(bursts.memory(), bursts.offset(slot), length);
            frames++;
            bytes += length;
        }
        burst = next(asked, frames, bytes);
        return frames;
    }

    private static int next(int asked, int frames, long bytes) {
        if (frames <= FEW || bytes >= (long) frames * LARGE) return 0;
        if (frames == asked) return Math.min(UringBatch.MOST, asked * 2);
        return Math.max(FIRST_BURST, Integer.highestOneBit(frames));
    }

    @Override
    public void write(Counters counters, long address, int length) {
        boolean isGathered =
                file != UringBatch.NO_FILE && bursts.isGathering() && !guard.isWatched() && guard.isDirect();
        if (isGathered) bursts.write(this, file, counters, address, Worker.HEADER + length);
        else worker.write(this, counters, address, length);
    }

    @Override
    public WriteGuard guard() {
        return guard;
    }

    @Override
    public WorkerSwitch lane() {
        return lane;
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public int descriptor() {
        return fd;
    }

    @Override
    public void close() {
        // The loop ends; the device closes its descriptors itself.
    }

    private void poll() {
        poll = registration.submit(pollOps);
        isPolling = true;
    }

    private static IoUringIoOps ops(byte opcode, int fd, long address, int flags) {
        return new IoUringIoOps(opcode, (byte) 0, (short) 0, fd, 0, address, 0, flags, 0L, (short) 0, (short) 0, 0, 0);
    }
}
