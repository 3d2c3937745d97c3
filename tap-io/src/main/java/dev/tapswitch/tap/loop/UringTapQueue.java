package dev.tapswitch.tap.loop;

import dev.tapswitch.core.forward.Counters;
import dev.tapswitch.tap.sys.Errno;
import dev.tapswitch.tap.sys.Linux;
import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringIoOps;

/**
 * A queue that io_uring reads and writes, many frames a system call, in order. Idle, it is one poll. When there are frames, a burst of
 * reads that may not wait is submitted at once: the kernel runs such one after the other at submission, and so are the writes that they
 * lead to, which are submitted before the next burst. A burst that comes back full is followed by a larger one; one that does not, by the
 * poll. (Reads that may wait are completed in no promised order: two of them under way would reorder frames.)
 */
final class UringTapQueue implements TapQueue, IoUringIoHandle {
    // include/uapi/linux/io_uring.h
    private static final byte WRITEV = 2;
    private static final byte POLL_ADD = 6;
    private static final byte ASYNC_CANCEL = 14;
    private static final byte READ = 22;
    // include/uapi/linux/fs.h
    private static final int RWF_NOWAIT = 8;

    private static final int FEWEST = 4;
    /** Frames read at one go; a flood on one port keeps another waiting for no more than this many. */
    private static final int MOST = 64;

    private final int fd;
    private final int port;
    private final Worker worker;
    private final Lane lane;
    private final Slots slots;
    private final Runnable gone;
    private final IoUringIoOps pollOps;
    private final IoUringIoOps[] readOps;
    private final IoUringIoOps[] writeOps;
    private IoRegistration registration;
    private long poll;
    private boolean isPolling;
    private boolean hasVanished;
    private boolean isUnregistered;
    private Runnable stopped = () -> {};
    private int burst = FEWEST;
    private int asked;
    private int outstanding;
    private int brought;
    private long nowMs;

    /** {@code slots}: the worker's, shared by its queues; {@code gone}: told on the loop when the device has vanished. */
    UringTapQueue(int fd, int port, Worker worker, Lane lane, Slots slots, Runnable gone) {
        this.fd = fd;
        this.port = port;
        this.worker = worker;
        this.lane = lane;
        this.slots = slots;
        this.gone = gone;
        this.readOps = new IoUringIoOps[slots.count()];
        this.writeOps = new IoUringIoOps[slots.count()];
        this.pollOps = ops(POLL_ADD, 0, 0, Linux.POLLIN, 0);
    }

    @Override
    public void start(IoRegistration started) {
        registration = started;
        lane.put(port, this);
        poll();
    }

    @Override
    public void stop(Runnable whenStopped) {
        stopped = whenStopped;
        lane.remove(port, this);
        if (isUnregistered) {
            stopped.run();
            return;
        }
        if (isPolling && registration.isValid()) registration.submit(cancel(poll));
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
        IoUringIoEvent completion = (IoUringIoEvent) event;
        switch (completion.opcode()) {
            case READ -> read((int) completion.userData(), completion.res());
            case WRITEV -> wrote((int) completion.userData(), completion.res());
            case POLL_ADD -> {
                isPolling = false;
                if (registration.isValid()) burst();
            }
            default -> {
                // The cancellation's own completion tells nothing that the poll's does not.
            }
        }
    }

    @Override
    public void write(Counters counters, long address, int length) {
        int slot = slots.hold();
        slots.vector(slot, address, Worker.HEADER + (long) length);
        if (registration.submit(writeOps(slot)) == -1) {
            slots.release(slot);
            Worker.count(counters, -Errno.EBADFD);
        }
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

    private void burst() {
        nowMs = worker.beginBatch();
        asked = 0;
        brought = 0;
        while (asked < burst) {
            int slot = slots.take();
            if (slot == Slots.NONE) break;
            registration.submit(readOps(slot));
            asked++;
        }
        outstanding = asked;
        // All buffers wait for writes: the poll's answer comes behind theirs.
        if (asked == 0) poll();
    }

    private void read(int slot, int result) {
        if (result > 0) {
            brought++;
            slots.forwarding(slot);
            worker.forward(lane, lane.snapshot(), port, slots.memory(), slots.offset(slot), result, nowMs);
        } else if (result == -Errno.EBADFD) {
            hasVanished = true;
        }
        slots.release(slot);
        if (--outstanding == 0 && registration.isValid()) next();
    }

    private void next() {
        if (hasVanished) {
            stop(stopped);
            gone.run();
        } else if (brought == asked) {
            burst = Math.min(MOST, burst * 2);
            burst();
        } else {
            burst = Math.max(FEWEST, Integer.highestOneBit(brought));
            poll();
        }
    }

    private void wrote(int slot, int result) {
        slots.release(slot);
        Worker.count(lane.forwarder().counters(port), result);
    }

    private IoUringIoOps readOps(int slot) {
        if (readOps[slot] == null) {
            readOps[slot] = ops(READ, slots.address(slot), Worker.BUFFER_LENGTH, RWF_NOWAIT, slot);
        }
        return readOps[slot];
    }

    private IoUringIoOps writeOps(int slot) {
        if (writeOps[slot] == null) writeOps[slot] = ops(WRITEV, slots.vectorAddress(slot), 1, 0, slot);
        return writeOps[slot];
    }

    /** {@code data} comes back with the completion. */
    private IoUringIoOps ops(byte opcode, long address, int length, int flags, int data) {
        return new IoUringIoOps(
                opcode, (byte) 0, (short) 0, fd, 0, address, length, flags, (long) data, (short) 0, (short) 0, 0, 0);
    }

    private static IoUringIoOps cancel(long operation) {
        return new IoUringIoOps(
                ASYNC_CANCEL, (byte) 0, (short) 0, -1, 0, operation, 0, 0, 0L, (short) 0, (short) 0, 0, 0);
    }
}
