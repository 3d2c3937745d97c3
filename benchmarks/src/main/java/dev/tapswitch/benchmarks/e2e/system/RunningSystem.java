package dev.tapswitch.benchmarks.e2e.system;

import java.util.List;
import java.util.OptionalDouble;

/** A system under test that runs. Closing it stops it and removes the hosts' interfaces. */
public interface RunningSystem extends AutoCloseable {
    /** Its processes, for their CPU time and memory; none where the kernel does the work. */
    List<Long> pids();

    /** The longest time that a JVM of it stopped all its threads, in microseconds; empty where there is no JVM or it did not. */
    default OptionalDouble longestPauseMicros() {
        return OptionalDouble.empty();
    }

    /** Traffic that it gets before it is measured: a JIT needs some, C does not. What a cold start costs is measured by itself. */
    default double warmUpSeconds() {
        return 0;
    }

    @Override
    void close();
}
