package dev.tapswitch.dataplane.worker;

import dev.tapswitch.core.bridge.Counters;
import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Libc;
import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import java.lang.foreign.MemorySegment;

/** A queue read when epoll says so: level-triggered, so that what a budget leaves unread is told again after the other ports had their turn. */
final class EpollPortQueue implements PortQueue, EpollIoHandle {
    /** Frames read at one go, unless they take too long ({@link Worker#isTurnOver}); a flood on one port keeps another waiting for no more. */
    private static final int READ_BUDGET = 64;

    private final FileDescriptor descriptor;
    private final int port;
    private final Worker worker;
    private final WorkerSwitch lane;
    private final MemorySegment buffer;
    private final Runnable gone;
    private final WriteGuard guard;
    private IoRegistration registration;
    private boolean isPaused;

    /** {@code buffer}: the worker's, shared by its queues; {@code gone}: told on the loop when the device has vanished. */
    EpollPortQueue(int fd, int port, Worker worker, WorkerSwitch lane, MemorySegment buffer, Runnable gone) {
        this.descriptor = new FileDescriptor(fd);
        this.port = port;
        this.worker = worker;
        this.lane = lane;
        this.buffer = buffer;
        this.gone = gone;
        this.guard = new WriteGuard(this, worker);
    }

    @Override
    public int descriptor() {
        return descriptor.intValue();
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
    public void start(IoRegistration started) {
        registration = started;
        lane.put(port, this);
        started.submit(EpollIoOps.EPOLLIN);
    }

    @Override
    public void stop(Runnable stopped) {
        lane.remove(port, this);
        worker.hotQueues().remove(this);
        registration.cancel();
        guard.stop();
        stopped.run();
    }

    @Override
    public void write(Counters counters, long address, int length) {
        worker.write(this, counters, address, length);
    }

    @Override
    public void handle(IoRegistration ignored, IoEvent event) {
        if (!registration.isValid()) return;
        int length = Libc.read(descriptor.intValue(), buffer.address(), Worker.BUFFER_LENGTH);
        if (length > 0) {
            forward(length);
            if (!isPaused) worker.hotQueues().add(this);
        } else if (length == -Errno.EBADFD) {
            vanish();
        }
    }

    @Override
    public boolean look() {
        int length = Libc.tryRead(descriptor.intValue(), buffer.address(), Worker.BUFFER_LENGTH);
        if (length > 0) forward(length);
        return length > 0;
    }

    @Override
    public void rest() {
        // The loop has been asked for good, and would tell at any time.
    }

    @Override
    public void pause() {
        isPaused = true;
        worker.hotQueues().remove(this);
        // A TAP never reports this.
        registration.submit(EpollIoOps.EPOLLRDHUP);
    }

    @Override
    public void resume() {
        if (!isPaused) return;
        isPaused = false;
        if (registration.isValid()) registration.submit(EpollIoOps.EPOLLIN);
    }

    /** Forwards the frame that was read, and those behind it. A queue that has failed meanwhile wakes its worker again at once. */
    private void forward(int first) {
        worker.beginBatch(lane, port);
        int length = first;
        for (int frames = 1; length > 0; frames++) {
            worker.forward(buffer, 0, length);
            if (worker.isFlooded()) pause();
            if (frames == READ_BUDGET || isPaused || worker.isTurnOver()) return;
            length = Libc.tryRead(descriptor.intValue(), buffer.address(), Worker.BUFFER_LENGTH);
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
