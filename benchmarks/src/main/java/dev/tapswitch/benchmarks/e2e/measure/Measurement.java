package dev.tapswitch.benchmarks.e2e.measure;

/** Puts one kind of load on a running system and records the results. Takes bounded time. */
public interface Measurement {
    /** The name for {@code --only}, such as {@code tcp}. */
    String id();

    /** Estimated duration in a full run, used for the remaining time until it has been measured. */
    default double estimateSeconds() {
        return 2;
    }

    /** Whether the system must not be warmed up before. */
    default boolean isColdStart() {
        return false;
    }

    /** Whether one round is enough, because the result does not vary or takes long to measure. */
    default boolean isOnce() {
        return false;
    }

    void run(MeasurementContext context, Recorder recorder);
}
