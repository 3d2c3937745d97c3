package dev.tapswitch.dataplane.worker;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tapswitch.linux.sys.Libc;
import dev.tapswitch.linux.sys.Linux;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Measures a write, and determines whether the write itself took the time or the thread was preempted. Costs two system calls (getrusage(2)) per
 * write. Not thread-safe.
 */
class WriteWatch {
    // struct rusage: ru_utime and ru_stime, a struct timeval each.
    private static final long USER_SECONDS = 0;
    private static final long USER_MICROS = 8;
    private static final long SYSTEM_SECONDS = 16;
    private static final long SYSTEM_MICROS = 24;

    private final MemorySegment usage = Arena.ofAuto().allocate(Linux.RUSAGE_SIZE, 8);
    private long beganNanos;
    private long preemptions;
    private long cpuMicros;
    private long tookNanos;

    long nowNanos() {
        return System.nanoTime();
    }

    void start() {
        readUsage();
        preemptions = preemptions();
        cpuMicros = cpuMicros();
        beganNanos = System.nanoTime();
    }

    /** The duration since {@link #start}, nanoseconds. */
    long stop() {
        tookNanos = System.nanoTime() - beganNanos;
        return tookNanos;
    }

    /** Whether the write itself took more than {@code nanos}: it used more processor time than that, or the thread was not preempted in between. */
    boolean isOver(long nanos) {
        if (tookNanos <= nanos) return false;
        readUsage();
        return (cpuMicros() - cpuMicros) * 1_000 > nanos || preemptions() == preemptions;
    }

    private void readUsage() {
        Libc.getrusage(Linux.RUSAGE_THREAD, usage.address());
    }

    private long preemptions() {
        return usage.get(JAVA_LONG, Linux.RUSAGE_NIVCSW);
    }

    private long cpuMicros() {
        long seconds = usage.get(JAVA_LONG, USER_SECONDS) + usage.get(JAVA_LONG, SYSTEM_SECONDS);
        return seconds * 1_000_000 + usage.get(JAVA_LONG, USER_MICROS) + usage.get(JAVA_LONG, SYSTEM_MICROS);
    }
}
