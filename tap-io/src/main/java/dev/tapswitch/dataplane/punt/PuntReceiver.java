package dev.tapswitch.dataplane.punt;

import java.lang.foreign.MemorySegment;

/** A protocol of the control side that receives punted frames. */
@FunctionalInterface
public interface PuntReceiver {
    /**
     * Handles a frame. Called on the punt thread, which serves all receivers: it must return soon. Frames of one worker and switch arrive in order.
     *
     * @param inPort index of the ingress port when the frame was received; the port may have been removed since
     * @param frame the Ethernet frame without a virtio header; valid until the method returns
     */
    void receive(int inPort, MemorySegment frame);
}
