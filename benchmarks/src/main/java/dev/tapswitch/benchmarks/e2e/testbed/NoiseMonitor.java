package dev.tapswitch.benchmarks.e2e.testbed;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Measures the load of other programs on the machine, between measurements, while the bench itself is idle. The report states it. */
public final class NoiseMonitor {
    private static final long LOOK_MS = 150;
    private static final double TOO_MUCH = 0.05;

    private final List<Double> busy = new ArrayList<>();
    private final CpuUse start = CpuUse.now(List.of());

    /** Samples the load; takes a moment. */
    public void look() {
        CpuUse before = CpuUse.now(List.of());
        long began = System.nanoTime();
        Await.pause(LOOK_MS);
        double seconds = (System.nanoTime() - began) / 1e9;
        double cpus = Runtime.getRuntime().availableProcessors();
        busy.add(CpuUse.now(List.of()).since(before).machine() / seconds / cpus);
    }

    /** Whether other programs load the machine right now; takes a moment. */
    public boolean isTooMuch() {
        look();
        return busy.getLast() > TOO_MUCH;
    }

    /** One line for the report. */
    public String describe() {
        List<Double> sorted = busy.stream().sorted().toList();
        double median = sorted.isEmpty() ? 0 : sorted.get(sorted.size() / 2);
        double most = sorted.isEmpty() ? 0 : sorted.getLast();
        return String.format(
                Locale.ROOT,
                "%sBetween measurements other programs used %.0f %% of all CPUs (median; at most %.0f %%); a hypervisor stole %.1f s of CPU during the run.",
                median > TOO_MUCH ? "THE MACHINE WAS NOT QUIET. " : "",
                median * 100,
                most * 100,
                CpuUse.now(List.of()).since(start).stolen());
    }
}
