package dev.tapswitch.dataplane.worker;

/**
 * How workers are to be.
 *
 * @param io what they wait with
 * @param count how many, each with a queue of every port
 * @param busyPollNanos for how long after a frame each looks for more before it sleeps; 0 for none
 */
public record WorkerSettings(IoMode io, int count, long busyPollNanos) {
    public WorkerSettings {
        if (count < 1) throw new IllegalArgumentException(count + " workers; expected at least one");
        if (busyPollNanos < 0) throw new IllegalArgumentException("busy polling for less than no time");
    }
}
