package dev.tapswitch.dataplane.worker;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.sys.Linux;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Times a write, and knows whether the time was the write's own or the thread was preempted meanwhile. Costs two system calls a write. Not
 * thread-safe.
 */
class WriteWatch {
    private final MemorySegment usage = Arena.ofAuto().allocate(Linux.RUSAGE_SIZE, 8);
    private long began;
    private long preemptions;
    private long cpuMicros;
    private long took;

    long nowNanos() {
        return System.nanoTime();
    }

    void start() {
        ask();
        preemptions = preemptions();
        cpuMicros = cpuMicros();
        began = System.nanoTime();
    }

    /** How long the write took. */
    long stop() {
        took = System.nanoTime() - began;
        return took;
    }

    /** Whether the write itself took more than {@code nanos}: by its processor time, or because nothing else ran between its begin and its end. */
    boolean isOver(long nanos) {
        if (took <= nanos) return false;
        ask();
        return (cpuMicros() - cpuMicros) * 1_000 > nanos || preemptions() == preemptions;
    }

    private void ask() {
        Libc.getrusage(Linux.RUSAGE_THREAD, usage.address());
    }

    private long preemptions() {
        return usage.get(JAVA_LONG, Linux.RUSAGE_NIVCSW);
    }

    /** User and system time, each a struct timeval. */
    private long cpuMicros() {
        long seconds = usage.get(JAVA_LONG, 0) + usage.get(JAVA_LONG, 16);
        return seconds * 1_000_000 + usage.get(JAVA_LONG, 8) + usage.get(JAVA_LONG, 24);
    }
}
