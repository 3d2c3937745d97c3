package dev.tapswitch.dataplane;

/**
 * Settings of the workers.
 *
 * @param io what they wait with
 * @param count number of workers, each with a queue of every port
 * @param busyPollNanos how long a worker polls for more frames before it sleeps; 0 for never
 */
public record WorkerSettings(IoMode io, int count, long busyPollNanos) {
    public WorkerSettings {
        if (count < 1) throw new IllegalArgumentException(count + " workers; expected at least one");
        if (busyPollNanos < 0) throw new IllegalArgumentException("the busy polling time is negative");
    }
}
