package dev.tapswitch.benchmarks.e2e.measure;

import dev.tapswitch.benchmarks.e2e.bed.Bed;
import dev.tapswitch.benchmarks.e2e.bed.CpuUse;
import dev.tapswitch.benchmarks.e2e.bed.Cpus;
import dev.tapswitch.benchmarks.e2e.bed.Frames;
import dev.tapswitch.benchmarks.e2e.bed.Host;
import dev.tapswitch.benchmarks.e2e.bed.Tools;
import dev.tapswitch.benchmarks.e2e.system.RunningSystem;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * A running system with its hosts, ready to be measured.
 *
 * @param startSeconds how long the start took, until all ports were up
 * @param pace how long measurements last: 1 for a full run, less for a quick one
 */
public record Station(Bed bed, Tools tools, List<Host> hosts, RunningSystem system, double startSeconds, double pace) {
    public Host host(int number) {
        return hosts.get(number - 1);
    }

    /** So long at a full run's pace, in seconds. */
    public double seconds(double full) {
        return Math.max(0.2, full * pace);
    }

    /** For the parameters of figures. A bridge has no more than 1,023 ports: those count as 1,000, as 1,024 do. */
    public String ports() {
        int count = hosts.size();
        return (count / 1_000 == 1 ? "1,000" : String.format(Locale.ROOT, "%,d", count)) + " ports";
    }

    /** A run of the generator over the first hosts. */
    public Frames frames(int count) {
        return new Frames(tools, hosts.subList(0, count));
    }

    /** Frames and no figures, on all CPUs, until the system is warm. */
    public void warmUp() {
        double seconds = system.warmUpSeconds();
        if (seconds > 0) frames(2).seconds(0, seconds).run();
    }

    /** Runs while the system has all CPUs but the generator's. */
    public void pinned(Runnable measured) {
        List<Long> pids = system.pids();
        Cpus.pin(pids);
        try {
            measured.run();
        } finally {
            Cpus.release(pids);
        }
    }

    /** What was run, and the CPU time that the machine and the system used for it. */
    public <T> Metered<T> metered(Supplier<T> measured) {
        List<Long> pids = system.pids();
        CpuUse before = CpuUse.now(pids);
        T result = measured.get();
        return new Metered<>(result, CpuUse.now(pids).since(before));
    }

    /** A result and its CPU time. */
    public record Metered<T>(T result, CpuUse cpu) {}
}
