package dev.tapswitch.benchmarks.e2e.testbed;

import java.util.List;

/**
 * CPU placement while frames are counted: the generator has the last CPU, the system under test all others. With TCP all processes may
 * run on any CPU, as on a host.
 */
public final class Cpus {
    private static final int COUNT = Runtime.getRuntime().availableProcessors();

    private Cpus() {}

    /** The generator's CPU. */
    public static int generator() {
        return COUNT - 1;
    }

    /** Keeps all threads of the processes off the generator's CPU. */
    public static void pin(List<Long> pids) {
        if (COUNT > 1) place(pids, "0-" + (COUNT - 2));
    }

    /** Permits all CPUs again. */
    public static void release(List<Long> pids) {
        place(pids, "0-" + (COUNT - 1));
    }

    private static void place(List<Long> pids, String cpus) {
        for (long pid : pids) Command.run("taskset", "-a", "-p", "-c", cpus, Long.toString(pid));
    }
}
