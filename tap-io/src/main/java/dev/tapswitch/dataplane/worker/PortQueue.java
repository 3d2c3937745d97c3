package dev.tapswitch.dataplane.worker;

import dev.tapswitch.core.bridge.Counters;
import io.netty.channel.IoHandle;
import io.netty.channel.IoRegistration;

/** A queue of a TAP as a handle of an event loop, one per port and worker: reads frames and has its worker forward them. */
interface PortQueue extends IoHandle {
    /** The queue's file descriptor; its device closes it. */
    int descriptor();

    /** Begins to read; on the loop, right after registration. */
    void start(IoRegistration registration);

    /** Reads and forwards what is there, without having been told that there is something; whether there was. */
    boolean look();

    /** Nobody looks any more: waits until it is told. */
    void rest();

    /** Reads no more until {@link #resume}: its frames wait in the device, and the kernel drops what finds no room there. */
    void pause();

    /** After {@link #pause}; otherwise nothing. */
    void resume();

    @Override
    void close();

    /**
     * Writes the frame that is being forwarded: {@code virtio_net_hdr} and frame at {@code address}, in the reading queue's memory. It
     * may be written after this returns, but behind all that were written before.
     *
     * @param counters this worker's of the port, which get the outcome
     * @param length the frame's, bytes, without the header
     */
    void write(Counters counters, long address, int length);

    /** Bounds what writes to the port cost the worker. */
    WriteGuard guard();

    /** The switch of the port, as this worker serves it. */
    WorkerSwitch lane();

    /** The port's index in its switch. */
    int port();

    /** Stops for good; {@code stopped} runs on the loop when the descriptor is not touched any more. */
    void stop(Runnable stopped);
}
