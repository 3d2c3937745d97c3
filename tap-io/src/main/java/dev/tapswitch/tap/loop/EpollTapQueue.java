package dev.tapswitch.tap.loop;

import dev.tapswitch.core.forward.Counters;
import dev.tapswitch.core.forward.SwitchSnapshot;
import dev.tapswitch.tap.sys.Errno;
import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import java.lang.foreign.MemorySegment;

/** A queue read when epoll says so: level-triggered, so that what a budget leaves unread is told again after the other ports had their turn. */
final class EpollTapQueue implements TapQueue, EpollIoHandle {
    /** Frames read at one go; a flood on one port keeps another waiting for no more than this many. */
    private static final int READ_BUDGET = 64;

    private final FileDescriptor descriptor;
    private final int port;
    private final Worker worker;
    private final Lane lane;
    private final MemorySegment buffer;
    private final Runnable gone;
    private IoRegistration registration;

    /** {@code buffer}: the worker's, shared by its queues; {@code gone}: told on the loop when the device has vanished. */
    EpollTapQueue(int fd, int port, Worker worker, Lane lane, MemorySegment buffer, Runnable gone) {
        this.descriptor = new FileDescriptor(fd);
        this.port = port;
        this.worker = worker;
        this.lane = lane;
        this.buffer = buffer;
        this.gone = gone;
    }

    @Override
    public int descriptor() {
        return descriptor.intValue();
    }

    @Override
    public void start(IoRegistration started) {
        registration = started;
        lane.put(port, this);
        started.submit(EpollIoOps.EPOLLIN);
    }

    @Override
    public void stop(Runnable stopped) {
        lane.remove(port, this);
        registration.cancel();
        stopped.run();
    }

    @Override
    public void write(Counters counters, long address, int length) {
        Worker.write(this, counters, address, length);
    }

    @Override
    public void handle(IoRegistration ignored, IoEvent event) {
        if (!registration.isValid()) return;
        SwitchSnapshot snapshot = lane.snapshot();
        long nowMs = worker.beginBatch();
        for (int frames = 0; frames < READ_BUDGET; frames++) {
            int length = Worker.read(descriptor.intValue(), buffer.address(), frames);
            if (length <= 0) {
                if (length == -Errno.EBADFD) vanish();
                return;
            }
            worker.forward(lane, snapshot, port, buffer, 0, length, nowMs);
        }
    }

    @Override
    public FileDescriptor fd() {
        return descriptor;
    }

    @Override
    public void close() {
        // The loop ends; the device closes its descriptors itself.
    }

    private void vanish() {
        stop(gone);
    }
}
