package dev.tapswitch.benchmarks.e2e.system;

import java.util.List;
import java.util.OptionalDouble;

/** A running system under test. Closing it stops the system and removes the hosts' interfaces. */
public interface RunningSystem extends AutoCloseable {
    /** The process ids, for CPU time and memory; none if the kernel does the work. */
    List<Long> pids();

    /** The longest pause of the system's JVM, in microseconds; empty if there is no JVM or no pause. */
    default OptionalDouble longestPauseMicros() {
        return OptionalDouble.empty();
    }

    /** How long to warm up before a measurement: a JIT compiler needs it, C does not. The {@code start} measurement covers a cold start. */
    default double warmUpSeconds() {
        return 0;
    }

    @Override
    void close();
}
