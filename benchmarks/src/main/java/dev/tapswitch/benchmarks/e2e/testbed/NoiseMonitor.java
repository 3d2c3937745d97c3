package dev.tapswitch.benchmarks.e2e.testbed;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Measures the load of other programs on the machine, between measurements, while the bench itself is idle. The report states it. */
public final class NoiseMonitor {
    private static final long SAMPLE_MS = 150;
    private static final double MAX_QUIET_LOAD = 0.05;

    private final List<Double> busy = new ArrayList<>();
    private final CpuUse start = CpuUse.now(List.of());

    /** Samples the load; takes 150 ms. */
    public void sample() {
        CpuUse before = CpuUse.now(List.of());
        long startNanos = System.nanoTime();
        Await.pause(SAMPLE_MS);
        double seconds = (System.nanoTime() - startNanos) / 1e9;
        double cpus = Runtime.getRuntime().availableProcessors();
        busy.add(CpuUse.now(List.of()).since(before).machine() / seconds / cpus);
    }

    /** Whether other programs load the machine right now; takes 150 ms. */
    public boolean isTooMuch() {
        sample();
        return busy.getLast() > MAX_QUIET_LOAD;
    }

    /** One line for the report. */
    public String describe() {
        List<Double> sorted = busy.stream().sorted().toList();
        double median = sorted.isEmpty() ? 0 : sorted.get(sorted.size() / 2);
        double max = sorted.isEmpty() ? 0 : sorted.getLast();
        return String.format(
                Locale.ROOT,
                "%sBetween measurements other programs used %.0f %% of all CPUs (median; at most %.0f %%); a hypervisor stole %.1f s of CPU during the run.",
                median > MAX_QUIET_LOAD ? "THE MACHINE WAS NOT IDLE. " : "",
                median * 100,
                max * 100,
                CpuUse.now(List.of()).since(start).stolen());
    }
}
