package dev.tapswitch.benchmarks.e2e.measure;

import dev.tapswitch.benchmarks.e2e.system.RunningSystem;
import dev.tapswitch.benchmarks.e2e.testbed.CpuUse;
import dev.tapswitch.benchmarks.e2e.testbed.Cpus;
import dev.tapswitch.benchmarks.e2e.testbed.Frames;
import dev.tapswitch.benchmarks.e2e.testbed.Host;
import dev.tapswitch.benchmarks.e2e.testbed.Testbed;
import dev.tapswitch.benchmarks.e2e.testbed.Tools;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * A running system and its hosts, ready to be measured.
 *
 * @param startSeconds the time from start until all ports were up
 * @param pace scales the duration of measurements: 1 for a full run, less for a quick one
 */
public record MeasurementContext(
        Testbed testbed, Tools tools, List<Host> hosts, RunningSystem system, double startSeconds, double pace) {
    /** The host with this number, which starts at 1. */
    public Host host(int number) {
        return hosts.get(number - 1);
    }

    /** A duration of a full run, in seconds, scaled by the pace. */
    public double seconds(double full) {
        return Math.max(0.2, full * pace);
    }

    /** The parameter of results that depend on the number of ports. A kernel's bridge has at most 1,023 ports; 1,023 and 1,024 both count as 1,000. */
    public String ports() {
        int count = hosts.size();
        return (count / 1_000 == 1 ? "1,000" : String.format(Locale.ROOT, "%,d", count)) + " ports";
    }

    /** Builds a run of the load generator over the first hosts. */
    public Frames frames(int count) {
        return new Frames(tools, hosts.subList(0, count));
    }

    /** Sends frames on all CPUs, without recording anything, until the system is warm. */
    public void warmUp() {
        double seconds = system.warmUpSeconds();
        if (seconds > 0) frames(2).seconds(0, seconds).run();
    }

    /** Runs the task while the system is restricted to all CPUs except the generator's. */
    public void pinned(Runnable measured) {
        List<Long> pids = system.pids();
        Cpus.pin(pids);
        try {
            measured.run();
        } finally {
            Cpus.release(pids);
        }
    }

    /** Runs the task and measures the CPU time that the machine and the system used. */
    public <T> Metered<T> metered(Supplier<T> measured) {
        List<Long> pids = system.pids();
        CpuUse before = CpuUse.now(pids);
        T result = measured.get();
        return new Metered<>(result, CpuUse.now(pids).since(before));
    }

    /** The result of a task and its CPU time. */
    public record Metered<T>(T result, CpuUse cpu) {}
}
