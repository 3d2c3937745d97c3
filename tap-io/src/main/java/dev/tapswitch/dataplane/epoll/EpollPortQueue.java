package dev.tapswitch.dataplane.epoll;

import dev.tapswitch.core.bridge.Counters;
import dev.tapswitch.dataplane.buffer.FrameBuffer;
import dev.tapswitch.dataplane.worker.PortQueue;
import dev.tapswitch.dataplane.worker.QueueBinding;
import dev.tapswitch.dataplane.worker.Worker;
import dev.tapswitch.dataplane.worker.WriteGuard;
import dev.tapswitch.linux.sys.Errno;
import dev.tapswitch.linux.sys.Libc;
import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import java.lang.foreign.MemorySegment;

/**
 * A queue that is read when epoll reports it. Level-triggered, so that a queue with more frames than its budget is reported again after the other ports
 * were served.
 */
public final class EpollPortQueue implements PortQueue, EpollIoHandle {
    /** Maximum number of frames per batch, unless they take too long ({@link Worker#isBatchOver}), so that other ports don't wait for a flood on this one. */
    private static final int READ_BUDGET = 64;

    private static final long OFFSET = FrameBuffer.HEADROOM;

    private final QueueBinding binding;
    private final FileDescriptor descriptor;
    private final int fd;
    private final Worker worker;
    private final MemorySegment buffer;
    private final long readAddress;
    private final WriteGuard guard;
    private IoRegistration registration;
    private boolean isPaused;

    /** {@code buffer}: a {@link FrameBuffer} that the worker's queues share. */
    public EpollPortQueue(QueueBinding binding, MemorySegment buffer) {
        this.binding = binding;
        this.descriptor = new FileDescriptor(binding.descriptor());
        this.fd = binding.descriptor();
        this.worker = binding.worker();
        this.buffer = buffer;
        this.readAddress = buffer.address() + OFFSET;
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
        binding.workerSwitch().put(binding.port(), this);
        started.submit(EpollIoOps.EPOLLIN);
    }

    @Override
    public void stop(Runnable stopped) {
        binding.workerSwitch().remove(binding.port(), this);
        worker.polledQueues().remove(this);
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
        int length = Libc.read(fd, readAddress, FrameBuffer.MAX_LENGTH);
        if (length > 0) {
            forwardBatch(length);
            if (!isPaused) worker.polledQueues().add(this);
        } else if (length == -Errno.EBADFD) {
            stop(binding.onDeviceLost());
        }
    }

    @Override
    public boolean poll() {
        int length = Libc.tryRead(fd, readAddress, FrameBuffer.MAX_LENGTH);
        if (length > 0) forwardBatch(length);
        return length > 0;
    }

    @Override
    public void arm() {
        // The registration for EPOLLIN was never removed.
    }

    @Override
    public void pause() {
        isPaused = true;
        worker.polledQueues().remove(this);
        // An event that a TAP never reports, in place of EPOLLIN.
        registration.submit(EpollIoOps.EPOLLRDHUP);
    }

    @Override
    public void resume() {
        if (!isPaused) return;
        isPaused = false;
        if (registration.isValid()) registration.submit(EpollIoOps.EPOLLIN);
    }

    /** Forwards the frame that was read and those behind it. If a read fails, epoll reports the queue again at once. */
    private void forwardBatch(int firstLength) {
        worker.beginBatch(binding.workerSwitch(), binding.port());
        int length = firstLength;
        for (int frames = 1; length > 0; frames++) {
            worker.forward(buffer, OFFSET, length);
            if (worker.hasFloodedTooMuch()) pause();
            if (frames == READ_BUDGET || isPaused || worker.isBatchOver()) return;
            length = Libc.tryRead(fd, readAddress, FrameBuffer.MAX_LENGTH);
        }
    }

    @Override
    public FileDescriptor fd() {
        return descriptor;
    }

    @Override
    public void close() {
        // Both interfaces declare it: see PortQueue.
    }
}
