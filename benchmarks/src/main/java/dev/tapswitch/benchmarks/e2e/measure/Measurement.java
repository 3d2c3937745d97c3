package dev.tapswitch.benchmarks.e2e.measure;

/** Loads a running system in one way, and records its figures. Bounded in time. */
public interface Measurement {
    /** For {@code --only}, for example {@code tcp}. */
    String id();

    /** About how long it takes in a full run, for the time left as long as it has not been measured. */
    default double guessSeconds() {
        return 2;
    }

    /** Whether it is to find the system cold. */
    default boolean isColdStart() {
        return false;
    }

    /** Whether one round is enough, as the figure does not vary or takes long. */
    default boolean isOnce() {
        return false;
    }

    void run(Station station, Recorder recorder);
}
