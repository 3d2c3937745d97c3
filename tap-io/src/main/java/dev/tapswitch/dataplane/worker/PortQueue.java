package dev.tapswitch.dataplane.worker;

import dev.tapswitch.core.bridge.Counters;
import dev.tapswitch.dataplane.poll.Pollable;
import io.netty.channel.IoHandle;
import io.netty.channel.IoRegistration;

/**
 * A port's queue as a handle of an event loop, one per port and worker: reads batches of frames for its worker to forward, and writes frames to the
 * port. Packet sockets, TAPs and tunnels differ behind this interface only. Must be called on the worker thread.
 */
public interface PortQueue extends IoHandle, Pollable {
    QueueBinding binding();

    /** Limits the time that writes to the port take from the worker. */
    WriteGuard guard();

    /** Starts to read, after registration. */
    void start(IoRegistration registration);

    /** Stops reading until {@link #resume}. Frames wait in the device, and the kernel drops those that do not fit there. */
    void pause();

    /** Continues after {@link #pause}; otherwise does nothing. */
    void resume();

    /**
     * Writes a virtio_net_hdr and the frame behind it. The write may be deferred: it is then done before the memory is used for another frame, and
     * after all earlier writes to the port.
     *
     * @param counters this worker's counters of the port, which record the result
     * @param address of the virtio header, in the memory of the queue that is being read
     * @param length the frame's length without the header, bytes
     */
    void write(Counters counters, long address, int length);

    /** Stops for good. {@code stopped} runs on the worker thread when the descriptor is not used any more. */
    void stop(Runnable stopped);

    /** Called by the event loop when it ends. The device closes its descriptors itself. */
    @Override
    default void close() {}

    default int descriptor() {
        return binding().descriptor();
    }
}
