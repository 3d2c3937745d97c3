package dev.tapswitch.dataplane.poll;

/** A queue that a worker can poll instead of waiting for its event loop's notification. Must be called on the worker thread. */
public interface Pollable {
    /** Reads and forwards the frames that are there; returns whether there were any. */
    boolean poll();

    /** Ends the polling: from now on the event loop notifies the queue of new frames. */
    void arm();
}
