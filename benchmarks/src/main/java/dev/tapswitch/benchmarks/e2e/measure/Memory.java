package dev.tapswitch.benchmarks.e2e.measure;

import dev.tapswitch.benchmarks.e2e.testbed.CpuUse;

/** Resident memory and the longest JVM pause since the start, after all other measurements of the scenario. */
public record Memory() implements Measurement {
    @Override
    public String id() {
        return "memory";
    }

    @Override
    public void run(MeasurementContext context, Recorder recorder) {
        if (context.system().pids().isEmpty()) return;
        String ports = context.ports();
        recorder.record(
                Metric.MEMORY, ports, CpuUse.residentBytes(context.system().pids()) / 1e6);
        context.system()
                .longestPauseMicros()
                .ifPresent(pause -> recorder.record(Metric.PAUSE, "all measurements with " + ports, pause));
    }
}
